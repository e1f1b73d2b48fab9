"""Model extraction by distilling the answers to queries into a student network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.extraction.controls import extraction_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import TargetInfo
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.students import build_student, distil, student_arrays


class SoftLabelParams(Frozen):
    """points: query counts of the curve. steps: optimiser steps of every student, whatever its queries.

    width: channels of the student's first convolution (a quarter of its hidden units).
    noise: spread of the Gaussian noise on synthetic queries, as a share of the data's own spread.
    """

    points: tuple[int, ...] = Field(default=(100, 300, 1000), min_length=1)
    steps: int = Field(default=300, ge=1)
    width: int = Field(default=16, ge=1)
    noise: float = Field(default=0.1, ge=0)


class SoftLabelExtraction(Attack):
    """Asks the target about the adversary's own inputs and trains a copy on the answers."""

    spec = AttackSpec(
        id="soft_label_extraction",
        version=2,
        title="Extraction by distillation",
        summary="Queries the model with the adversary's own data and trains a copy on the returned scores or labels.",
        references=("tramer2016", "orekondy2019", "jagielski2020"),
        family="extraction",
        threats=("X1",),
        needs=((Capability.SCORES,), (Capability.LABELS,)),
        makes="surrogate",
        goal="a copy that gives the target's class on unseen inputs",
        harm="fidelity",
        cost_hint="one student of `steps` optimiser steps for each point of the curve",
    )
    params = SoftLabelParams

    def run(self, view: View, *, params: SoftLabelParams, seed: int) -> Artifact:
        """Arrays: the last student without prefix, the earlier ones under `at_<queries>.`, and `points` (ascending)."""
        points = affordable(params.points, view.budget.queries)
        queries = query_pool(view.auxiliary, view.info, points[-1], noise=params.noise, seed=seed)
        answers = self._ask(view, queries)
        arrays: dict[str, NDArray[np.generic]] = {"points": np.array(points, np.int64)}
        for i, n in enumerate(points):
            student = build_student(view.info.input_shape, view.info.classes, width=params.width, seed=seed + i)
            distil(student, queries[:n], answers[:n], steps=params.steps, seed=seed + i)
            arrays |= student_arrays(student, "" if n == points[-1] else f"at_{n}.")
        return Artifact(kind="surrogate", arrays=arrays, claims={"own_data": min(len(view.auxiliary), points[-1])})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One curve up to 1,000 (quick), 3,000 (standard) or 10,000 (deep) queries, within the interface's limit."""
        self.check(profile)
        points, steps, width = {
            "quick": ((100, 300, 1000), 200, 8),
            "standard": ((100, 300, 1000, 3000), 600, 16),
            "deep": ((100, 300, 1000, 3000, 10000), 2000, 32),
        }[effort]
        points = affordable(points, profile.queries)
        params = SoftLabelParams(points=points, steps=steps, width=width).model_dump(mode="json")
        return [Proposal(params=params, examples=500, queries=points[-1])]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return extraction_controls(SoftLabelParams(points=(50, 200), steps=150, width=8).model_dump(mode="json"))

    def _ask(self, view: View, x: Array) -> Array:
        if view.access.allows(Capability.SCORES):
            return soft_targets(view.scores(x))
        return np.eye(view.info.classes, dtype=np.float32)[view.labels(x)]


def affordable(points: tuple[int, ...], budget: int | None) -> tuple[int, ...]:
    """The points of the curve within `budget` queries, ascending; the budget itself when all lie beyond it."""
    within = sorted({p for p in points if budget is None or p <= budget})
    return tuple(within) if within else (budget or min(points),)


def soft_targets(scores: Array) -> Array:
    """Rows of `scores` (N×K; rounded or cut to the top k) as probabilities: what is missing is shared by the zeros.

    A row that sums to more than 1 through rounding is divided by its sum.
    """
    missing = np.clip(1 - scores.sum(axis=1, keepdims=True), 0, None)
    zeros = scores <= 0
    share = missing / np.maximum(zeros.sum(axis=1, keepdims=True), 1)
    filled = np.where(zeros, share, scores).astype(np.float32)
    return np.asarray(filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-12), np.float32)


def query_pool(own: Data, info: TargetInfo, n: int, *, noise: float, seed: int) -> Array:
    """`n` inputs to ask about: the adversary's own in random order, then noisy mixtures of two of them.

    Without any data of its own, the adversary asks about uniform noise in the bounds (standard normal without bounds).
    """
    rng = np.random.default_rng(seed)
    low, high = info.bounds or (-np.inf, np.inf)
    if not len(own):
        shape = (n, *info.input_shape)
        drawn = rng.uniform(low, high, shape) if info.bounds else rng.standard_normal(shape)
        return drawn.astype(np.float32)
    pool = own.x[rng.permutation(len(own))[:n]]
    more = n - len(pool)
    if not more:
        return pool
    a, b = own.x[rng.integers(len(own), size=more)], own.x[rng.integers(len(own), size=more)]
    mix = rng.beta(1.0, 1.0, (more, *(1 for _ in info.input_shape)))
    mixed = mix * a + (1 - mix) * b + noise * own.x.std(axis=0) * rng.standard_normal(a.shape)
    return np.concatenate([pool, np.clip(mixed, low, high).astype(np.float32)])
