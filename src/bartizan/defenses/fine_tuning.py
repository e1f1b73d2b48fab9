"""Fine-tuning on clean data: the plainest way to make a model forget a backdoor or wrong labels, Liu et al., 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Arrays, Schedule, Tuning, descend

if TYPE_CHECKING:
    import torch


class FineTuningParams(Schedule):
    """share: part of the training data that somebody vetted record by record and keeps out of an adversary's reach."""

    share: float = Field(default=0.2, gt=0, le=1)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)


class FineTuning(Tuning):
    """Goes on training the target on vetted records alone.

    The vetted records are a fixed random share of the data it is first fitted with. They are kept with the weights:
    when the target is trained again, perhaps on poisoned data, it is tuned on the same vetted records.
    """

    spec = DefenseSpec(
        id="fine_tuning",
        title="Fine-tuning on clean data",
        summary="Trains the model further on a small vetted share of its training data, so that it forgets the rest.",
        references=("liu2018",),
        defence="DF32",
        counters=("B1", "B2", "P1"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = FineTuningParams

    def tune(self, net: torch.nn.Module, target: Target, data: Data, *, params: FineTuningParams, seed: int) -> Arrays:
        vetted = data.take(vetted_rows(data, params.share))
        descend(net, vetted, params, seed=seed)
        return {"x": vetted.x, "y": vetted.y}

    def material(self, data: Data, kept: Arrays) -> Data:
        """The vetted records, whatever the model was trained on."""
        return Data.of(np.asarray(kept["x"], np.float32), np.asarray(kept["y"], np.int64), data.features)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults: the cost is small at any effort."""
        self.needs_gradients(profile)
        return self.params().model_dump(mode="json")


def vetted_rows(data: Data, share: float) -> np.ndarray:
    """Indices of a random `share` of each class, at least one a class; the same for the same data."""
    rng = np.random.default_rng(32)
    chosen = []
    for c in np.unique(data.y):
        rows = rng.permutation(np.flatnonzero(data.y == c))
        chosen.append(rows[: max(1, round(share * len(rows)))])
    return np.sort(np.concatenate(chosen)).astype(np.int64)
