"""A linear model of a small table, on which one knows how many features must change."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Feature, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

WEIGHTS = np.array([3.0, 3.0, 1.0, 1.0, 0.0, 9.0])
RULES = (
    Feature(name="visits", type="integer", low=0, high=4),
    Feature(name="links", type="integer", low=0, high=4),
    Feature(name="score", type="continuous", low=0, high=4),
    Feature(name="kind", type="categorical", values=(0.0, 2.0, 4.0)),
    Feature(name="colour", type="binary"),
    Feature(name="age", type="integer", low=0, high=4, mutable=False),
)
"""The last feature decides most and cannot be changed by the adversary."""


def table_target() -> Target:
    """Class 1 where 3·visits + 3·links + score + kind + 9·age is more than 20.5."""
    W = np.stack([-WEIGHTS, WEIGHTS], axis=1)
    return LinearTarget(W, np.array([20.5, -20.5]), bounds=None, modality="tabular", id="table")


def rows(n: int = 20) -> Roles:
    """`n` rows of class 0 that fall when visits and links both go to 4, and to no single change that is allowed; rows
    of both classes as the adversary's own."""
    rng = np.random.default_rng(2)
    x = np.zeros((n, 6), np.float32)
    x[:, 1], x[:, 2], x[:, 4] = 1, 0.5, np.arange(n) % 2
    own = rng.integers(0, 5, (200, 6)).astype(np.float32)
    own[:, 3], own[:, 4] = rng.choice([0, 2, 4], 200), rng.integers(0, 2, 200)
    target = table_target()
    return Roles(probe=Data.of(x, target.labels(x), RULES), auxiliary=Data.of(own, target.labels(own), RULES))


def table_controls() -> tuple[Control, ...]:
    """Two changes are enough; one is not, unless a rule is broken."""

    def control(name: str, kind: Literal["positive", "negative"], eps: float, capability: Capability) -> Control:
        access, budget = Access(capabilities=(capability,)), Budget(queries_per_example=500)
        threshold = 0.95 if kind == "positive" else 0.0
        return Control(name, kind, table_target, rows, access, budget, {"eps": eps}, "robust_error", threshold)

    return (
        control("two changes are enough, scores", "positive", 2, Capability.SCORES),
        control("two changes are enough, labels", "positive", 2, Capability.LABELS),
        control("one change is not, scores", "negative", 1, Capability.SCORES),
        control("one change is not, labels", "negative", 1, Capability.LABELS),
    )
