"""A copy of the model, taught by its answers to somebody's own questions, and what fools it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.attacks.smoothed import fooled_by_far
from bartizan.core.data import Array
from bartizan.numerics.distillation import NOISE, TRAINING, query_pool, soft_targets
from bartizan.numerics.seeds import child
from bartizan.numerics.students import build_student, distil

from ..engine.inputs import device_of
from ..transfer import EFFORT, TransferParams
from .case import Case
from .rungs import Tried

if TYPE_CHECKING:
    import torch


def by_transfer(case: Case, made: Any = None) -> Tried:
    """One try at each example, prepared on a copy that cost `case.queries` questions in all, or on one `made` before
    (`surrogate`, `queries`: an `Extraction`)."""
    seed = child(case.seed, "copy")
    copy, cost = (_taught(case, seed), case.queries) if made is None else (made.surrogate, int(made.queries))
    effort = TransferParams(**EFFORT[case.plan])
    points = fooled_by_far(
        copy, case.x, case.y, norm=case.norm, eps=case.eps, bounds=case.bounds,
        steps=effort.steps, copies=effort.copies, seed=seed, device=device_of(copy, None),
    )  # fmt: skip
    return Tried.asking(points, once=cost)


def _taught(case: Case, seed: int) -> torch.nn.Module:
    shape = case.x.shape[1:]
    asked = query_pool(case.own, shape, case.bounds, case.queries, noise=NOISE, seed=seed)
    answers = _as_probabilities(case.scores(asked), case.logits.probabilities)
    steps, width = TRAINING[case.plan]
    student = build_student(shape, answers.shape[1], width=width, seed=seed)
    distil(student, asked, answers, steps=steps, seed=seed)
    return student


def _as_probabilities(scores: Array, already: bool) -> Array:
    """Rows that sum to 1, of probabilities or of logits."""
    if already:
        return soft_targets(scores)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True), np.float32)
