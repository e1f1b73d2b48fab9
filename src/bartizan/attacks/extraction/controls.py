"""Subjects on which extraction must succeed (a linear model) and must fail (answers without any pattern)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

D, K = 6, 4


class PatternlessTarget(Target):
    """Answers each input by a hash of its bits: the same input, the same answer, and nothing to be learnt from it."""

    info = TargetInfo(
        id="patternless", input_shape=(D,), classes=K, bounds=(0.0, 1.0), modality="tabular", digest="hash"
    )

    def scores(self, x: Array) -> Array:
        bits = np.ascontiguousarray(x.reshape(len(x), -1), np.float32).view(np.uint32).astype(np.uint64)
        mixed = bits * np.uint64(2654435761) % np.uint64(2**32 - 5)
        label = mixed.sum(axis=1) % np.uint64(104729) % np.uint64(K)
        return np.asarray(np.where(label[:, None] == np.arange(K), 0.97, 0.01), np.float32)


def linear_target() -> Target:
    """Four classes over the unit cube, with clear borders through its middle."""
    W = np.random.default_rng(5).standard_normal((D, K)).astype(np.float32) * 6
    return LinearTarget(W, -W.sum(axis=0) / 2, bounds=(0.0, 1.0))


def cube() -> Roles:
    """500 points of the unit cube to be judged on, and 300 others of the adversary's own, with labels of no meaning."""
    rng = np.random.default_rng(11)
    x = rng.random((800, D), np.float32)
    y = rng.integers(K, size=800)
    return Roles(probe=Data.of(x[:500], y[:500]), auxiliary=Data.of(x[500:], y[500:]))


def extraction_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """A linear model must be copied to 80 % agreement; a patternless one not beyond 45 % (chance is 25 %)."""
    budget = Budget(queries=max(params["points"]))

    def control(name: str, kind: Literal["positive", "negative"], what: Capability, threshold: float) -> Control:
        target = linear_target if kind == "positive" else PatternlessTarget
        access = Access(capabilities=(what,))
        return Control(name, kind, target, cube, access, budget, params, "fidelity", threshold)

    return (
        control("linear model", "positive", Capability.SCORES, 0.8),
        control("linear model, labels", "positive", Capability.LABELS, 0.75),
        control("answers without pattern", "negative", Capability.SCORES, 0.45),
    )
