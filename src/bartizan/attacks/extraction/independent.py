"""Models made without asking: what a copy is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.core.data import Data
from bartizan.core.target import TargetInfo
from bartizan.numerics.students import build_student, distil

from .copying.teaching import rate_for

if TYPE_CHECKING:
    import torch


def independent(info: TargetInfo, own: Data, params: Any, seed: int) -> torch.nn.Module:
    """A student as the thief's is made (`params.width`, `.steps`, `.points`), of the adversary's own labels alone."""
    rows = np.random.default_rng(seed).permutation(len(own))[: max(params.points)]
    student = build_student(info.input_shape, info.classes, width=params.width, seed=seed)
    truth = np.eye(info.classes, dtype=np.float32)[own.y[rows]]
    distil(student, own.x[rows], truth, steps=params.steps, seed=seed, rate=rate_for(params.steps))
    return student
