"""Model extraction by distilling the answers to queries into a student network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from bartizan.attacks.extraction.controls import extraction_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.distillation import NOISE, TRAINING, query_pool, soft_targets
from bartizan.numerics.students import build_student, distil, student_arrays, student_scores

from .copying.selection import select, sketch
from .copying.teaching import TEMPERATURE, rate_for
from .noticing import ASKED

if TYPE_CHECKING:
    import torch

CURVE = (100, 300, 1000, 3000, 10_000)
FEWEST_CONTROLS = 19
CONTROLS: dict[Effort, int] = {"quick": 0, "standard": 24, "deep": 24}
"""Each is one more training as long as the thief's."""


class SoftLabelParams(Frozen):
    """points: query counts of the curve. steps: optimiser steps of every student, whatever its queries.

    width: channels of the student's first convolution (a quarter of its hidden units).
    noise: spread of the Gaussian noise on synthetic queries, as a share of the data's own spread.
    controls: models made without asking, among which the referee tells the copy by its likeness; 0, or at least 19.
    """

    points: tuple[int, ...] = Field(default=(100, 300, 1000), min_length=1)
    steps: int = Field(default=300, ge=1)
    width: int = Field(default=16, ge=1)
    noise: float = Field(default=NOISE, ge=0)
    controls: int = Field(default=0, ge=0)

    @field_validator("controls")
    @classmethod
    def _enough(cls, value: int) -> int:
        if 0 < value < FEWEST_CONTROLS:
            raise ValueError(f"{value} independent models bear out no p ≤ 0.05; give 0, or at least {FEWEST_CONTROLS}")
        return value


class SoftLabelExtraction(Attack):
    """Asks the target about the adversary's own inputs and trains a copy on the answers."""

    spec = AttackSpec(
        id="soft_label_extraction",
        version=4,
        title="Extraction by distillation",
        summary="Asks the model about chosen inputs of the adversary's own and trains a copy on the answers.",
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
        """Arrays: the last student without prefix, the earlier ones under `at_<queries>.`, `points` (ascending), and
        `asked`: all inputs in the order of asking."""
        points = affordable(params.points, view.budget.queries)
        own, info = view.auxiliary.x, view.info
        most = max(points[-1], len(own))
        pool = query_pool(own, info.input_shape, info.bounds, most, noise=params.noise, seed=seed)
        places, asked = sketch(pool, seed), np.zeros(len(pool), np.bool_)
        order, answers = np.zeros(0, np.int64), np.zeros((0, info.classes), np.float32)
        arrays: dict[str, NDArray[np.generic]] = {"points": np.array(points, np.int64)}
        last: list[Array] = []
        for i, n in enumerate(points):
            rows = select("auto", places, asked, n - len(order), last, seed + i)
            asked[rows] = True
            order, answers = np.concatenate([order, rows]), np.concatenate([answers, self._ask(view, pool[rows])])
            student = self._taught(view, pool[order], answers, params, seed + i)
            arrays |= student_arrays(student, "" if n == points[-1] else f"at_{n}.")
            last = [student_scores(student, pool)] if n < points[-1] else last
        arrays[ASKED] = pool[order]
        return Artifact(kind="surrogate", arrays=arrays, claims={"own_data": min(len(own), points[-1])})

    def _taught(self, view: View, x: Array, answers: Array, params: SoftLabelParams, seed: int) -> torch.nn.Module:
        student = build_student(view.info.input_shape, view.info.classes, width=params.width, seed=seed)
        temperature = TEMPERATURE if telling(view) else 1.0
        distil(student, x, answers, steps=params.steps, seed=seed, rate=rate_for(params.steps), temperature=temperature)
        return student

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One curve up to 1,000 (quick), 3,000 (standard) or 10,000 (deep) queries, within the interface's limit."""
        self.check(profile)
        most = {"quick": 1000, "standard": 3000, "deep": 10_000}[effort]
        points = affordable(tuple(p for p in CURVE if p <= most), profile.queries)
        steps, width = TRAINING[effort]
        params = SoftLabelParams(points=points, steps=steps, width=width, controls=CONTROLS[effort])
        return [Proposal(params=params.model_dump(mode="json"), examples=500, queries=points[-1])]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return extraction_controls(SoftLabelParams(points=(50, 200), steps=150, width=8).model_dump(mode="json"))

    def _ask(self, view: View, x: Array) -> Array:
        if view.access.allows(Capability.SCORES):
            return soft_targets(view.scores(x))
        return np.eye(view.info.classes, dtype=np.float32)[view.labels(x)]


def telling(view: View) -> bool:
    """Whether the answers are scores with all their digits."""
    return view.access.allows(Capability.SCORES) and view.access.output.kind in ("scores", "logits")


def affordable(points: tuple[int, ...], budget: int | None) -> tuple[int, ...]:
    """The points of the curve within `budget` queries, ascending; the budget itself when all lie beyond it."""
    within = sorted({p for p in points if budget is None or p <= budget})
    return tuple(within) if within else (budget or min(points),)
