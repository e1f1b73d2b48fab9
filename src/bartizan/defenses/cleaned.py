"""What defences share that train the target again, by its own recipe, on data which a pass has gone over.

The pass is that of the data in hand (`scanners.data_in_hand`): every record is judged by small models that did not see
it. It knows nothing of an adversary, and is made again whenever the target is trained again, on whatever data that is.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.contracts import Defense
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Defended, Target
from bartizan.defenses.afresh import too_long_for
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    from bartizan.scanners.data_in_hand import Suspects

Arrays = dict[str, NDArray[np.generic]]
CALLED = "kept/called"  # what each record was called in the end, −1 where it was left out; the rest are weights


class PassParams(Frozen):
    """folds: parts of the data, each judged by a model that was trained on the others; steps of 64 records each of
    these trainings takes, about."""

    folds: int = Field(default=5, ge=2)
    steps: int = Field(default=600, ge=1)


class OnCleaned(Defense):
    """A defence that is a training like any other, on other data."""

    @abstractmethod
    def cleaned(self, data: Data, found: Suspects, params: Any) -> Data:
        """What is to be trained on, of `data` and what the pass found in them."""

    def fit(self, target: Target, data: Data, *, params: Any, seed: int) -> Arrays:
        """The weights, and which rows were left out or called otherwise."""
        better = self.gone_over(data, params, seed)
        arrays = target.retrain(better.x, better.y, seed=child(seed, "again")).parameters()
        if not arrays:
            raise NotApplicable(f"the retrained {target.info.id} cannot be written down as numbers")
        called = np.full(len(data), -1, np.int64)
        called[better.rows] = better.y
        return {**arrays, CALLED: called}

    def wrap(self, target: Target, arrays: Arrays, *, params: Any, seed: int, digest: str) -> Target:
        weights = {name: array for name, array in arrays.items() if name != CALLED}
        return Cleaned(target.with_parameters(weights, digest=digest), self, params, digest)

    def gone_over(self, data: Data, params: Any, seed: int) -> Data:
        """The data after a pass; its rows number those of `data`. Raises `DataError` on data that none can be made
        over."""
        from bartizan.scanners.data_in_hand import suspects
        from bartizan.scanners.data_in_hand.recipes import usual

        own = replace(data, rows=np.arange(len(data), dtype=np.int64))
        recipe = usual(data.x.shape[1:], int(data.y.max()) + 1, len(data), steps=params.steps)
        found = suspects(own.x, own.y, recipe=recipe, folds=params.folds, seed=child(seed, "pass"))
        return self.cleaned(own, found, params)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults, from the effort `standard` on."""
        if not profile.retrainable:
            raise NotApplicable(f"{self.spec.title} trains models, and the description names no retrain function")
        if not profile.has_training_data:
            raise NotApplicable(f"{self.spec.title} needs the training data, and the description loads none")
        too_long_for(effort, self.spec.title)
        return self.params().model_dump(mode="json")


class Cleaned(Defended):
    """A target trained on data that were gone over."""

    def __init__(self, trained: Target, defense: OnCleaned, params: Any, digest: str) -> None:
        super().__init__(trained, defense.spec.id, digest)
        self.defense, self.passing = defense, params

    def with_parameters(self, arrays: Arrays, *, digest: str) -> Target:
        return Cleaned(self.inner.with_parameters(arrays, digest=digest), self.defense, self.passing, digest)

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        better = self.defense.gone_over(data, self.passing, seed)
        inner = trained.retrain(better.x, better.y, seed=seed)
        return Cleaned(inner, self.defense, self.passing, f"{inner.info.digest}+{self.defense.spec.id}")

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        """Without the training on the data as they are, which would be thrown away."""
        return self.again(self.inner, Data.of(x, y), seed=seed)
