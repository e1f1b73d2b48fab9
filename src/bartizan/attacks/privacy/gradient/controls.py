"""A model whose updates give their records away, and one that sends those of other records."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Defended, Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

D, K = 20, 4
HELD = 60


@cache
def parties() -> Roles:
    """60 random records of other parties, of 4 classes, and 100 of the adversary's own."""
    rng = np.random.default_rng(9)
    data = Data.of(rng.random((HELD + 100, D), np.float32), np.arange(HELD + 100) % K)
    return Roles(
        probe=data.take(slice(0, 0)), auxiliary=data.take(slice(HELD, None)), parties=data.take(slice(0, HELD))
    )


class Elsewhere(Defended):
    """Sends the update of records that are drawn anew, of the same classes."""

    def __init__(self, inner: Target) -> None:
        super().__init__(inner, "elsewhere", "elsewhere")

    def update(self, x: Array, y: Labels, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        other = np.random.default_rng(int(x.sum() * 1e4)).random(x.shape, np.float32)
        return self.inner.update(other, y, steps=steps, learning_rate=learning_rate)


def _linear() -> Target:
    return LinearTarget(np.random.default_rng(2).normal(size=(D, K)) * 0.1, modality="tabular")


def update_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """Of a linear model's updates single records must be read off; of others' updates none but by luck."""
    access = Access(capabilities=(Capability.WEIGHTS,))

    def control(name: str, kind: Literal["positive", "negative"], at: float) -> Control:
        def target() -> Target:
            return _linear() if kind == "positive" else Elsewhere(_linear())

        return Control(name, kind, target, parties, access, Budget(), params, "record_recovered", at)

    return (control("updates of a linear model", "positive", 0.9), control("updates of others", "negative", 0.3))
