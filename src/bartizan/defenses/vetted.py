"""What defences share that mend a model with records which somebody vetted."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Arrays, Tuning

if TYPE_CHECKING:
    import torch


class OnVetted(Tuning):
    """A defence that mends the target on vetted records alone. Its parameters name their `share` of the training data.

    The vetted records are a fixed random share of the data it is first fitted with. They are kept with the weights:
    when the target is trained again, perhaps on poisoned data, it is mended with the same vetted records.
    """

    @abstractmethod
    def mend(self, net: torch.nn.Module, target: Target, vetted: Data, *, params: Any, seed: int) -> None:
        """Change the weights of `net` (a copy, in evaluation mode, inputs as the adversary's) in place."""

    def tune(self, net: torch.nn.Module, target: Target, data: Data, *, params: Any, seed: int) -> Arrays:
        vetted = data.take(vetted_rows(data, params.share))
        self.mend(net, target, vetted, params=params, seed=seed)
        return {"x": vetted.x, "y": vetted.y}

    def material(self, data: Data, kept: Arrays) -> Data:
        """The vetted records, whatever the model was trained on."""
        return Data.of(np.asarray(kept["x"], np.float32), np.asarray(kept["y"], np.int64), data.features)


def vetted_rows(data: Data, share: float) -> NDArray[np.int64]:
    """Indices of a random `share` of each class, at least one a class; the same for the same data."""
    rng = np.random.default_rng(32)
    chosen = []
    for c in np.unique(data.y):
        rows = rng.permutation(np.flatnonzero(data.y == c))
        chosen.append(rows[: max(1, round(share * len(rows)))])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def in_one_fit(effort: Effort, title: str) -> None:
    """Raises `NotApplicable` at the effort `quick`, where fine-tuning stands for all repairs."""
    if effort == "quick":
        raise NotApplicable(f"at this effort fine-tuning stands for all repairs; see --effort standard for {title}")


def proposed(defense: OnVetted, profile: Profile, effort: Effort) -> dict[str, Any]:
    """The defaults, from the effort `standard` on, for models that gradients can train."""
    defense.needs_gradients(profile)
    in_one_fit(effort, defense.spec.title)
    return defense.params().model_dump(mode="json")
