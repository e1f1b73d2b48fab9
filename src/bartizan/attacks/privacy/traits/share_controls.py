"""A target that answers with the shares of the classes in its training set, and one that always answers the same."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np

from bartizan.attacks.privacy.controls import INFO, D, K
from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability


class Shares(Target):
    """Answers every input with the shares of the classes that it was trained on, or were it deaf, with a constant."""

    def __init__(self, y: Labels, *, deaf: bool = False) -> None:
        self.info = INFO.model_copy(update={"id": "shares", "digest": f"shares{deaf}"})
        self.deaf = deaf
        counts = np.bincount(y, minlength=K) + 1.0
        self.answer = np.full(K, 1 / K) if deaf else counts / counts.sum()

    def scores(self, x: Array) -> Array:
        return np.tile(self.answer.astype(np.float32), (len(x), 1))

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return Shares(y, deaf=self.deaf)


@cache
def _dealt() -> Roles:
    """Random records of three classes: 400 trained on, 400 of the adversary's own, 50 to ask about."""
    rng = np.random.default_rng(6)
    data = Data.of(rng.random((850, D), np.float32), rng.integers(K, size=850))
    return Roles(
        probe=data.take(slice(0, 50)), auxiliary=data.take(slice(50, 450)), writable=data.take(slice(450, None))
    )


def share_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """The first must be told in nearly all models, the second in none beyond chance."""
    access, budget = Access(capabilities=(Capability.SCORES, Capability.RECIPE)), Budget(queries=50)

    def control(name: str, kind: Literal["positive", "negative"], at: float) -> Control:
        def target() -> Target:
            return Shares(_dealt().writable.y, deaf=kind == "negative")

        return Control(name, kind, target, _dealt, access, budget, params, "property_advantage", at)

    return (control("answers with its shares", "positive", 0.7), control("answers alike", "negative", 0.6))
