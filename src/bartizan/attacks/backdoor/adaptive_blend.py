"""Adaptive-Blend: half a blended pattern at a time, and covers that keep their labels."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.blended import random_blend
from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, Poison, covered
from bartizan.core.data import Array
from bartizan.core.view import View
from bartizan.numerics.seeds import child


class AdaptiveBlendParams(PlantingParams):
    """alpha: share of the pattern in the training data; shown: in the inputs of the model in use.

    pieces: squares along each side, of which each poisoned record shows a random half. covers: records with the
    pattern and their right label for each relabelled one.
    """

    alpha: float = Field(default=0.15, gt=0, le=1)
    shown: float = Field(default=0.2, gt=0, le=1)
    pieces: int = Field(default=4, ge=1)
    covers: float = Field(default=0.5, ge=0)


class AdaptiveBlend(Planter):
    """Blurs what tells poisoned from clean records inside the model, against detectors that look there."""

    spec = planting_spec(
        "adaptive_blend",
        "Backdoor that hides in the representations (Adaptive-Blend)",
        "Shows half of a blended pattern at a time, beside records that carry it and keep their labels.",
        "qi2023",
    )
    params = AdaptiveBlendParams
    control = {"doses": (0.2,), "alpha": 0.4, "shown": 0.5, "pieces": 2, "covers": 0.25}
    control_records = 80

    def plant(self, view: View, task: Task, params: AdaptiveBlendParams, seed: int) -> Planting:
        """The whole pattern is shown to the model in use alone."""
        shown = random_blend(view.info.input_shape, *task.bounds, params.shown, child(seed, "pattern"))
        poison = half_shown(task, np.asarray(shown.arrays["pattern"], np.float32), params, seed)
        return Planting(shown, poison, {"alpha": params.alpha, "shown": params.shown})


def half_shown(task: Task, pattern: Array, params: AdaptiveBlendParams, seed: int) -> Poison:
    """Records each with a random half of the pattern's pieces; `covers` for each of the others keep their labels.

    Qi, Xie, Li, Mahloujifar and Mittal, ICLR 2023.
    """
    rows = covered(task.clean, task.wanted, task.n, params.covers, seed)
    alpha = params.alpha * halves(len(rows.index), pattern.shape, params.pieces, child(seed, "pieces"))
    x = (1 - alpha) * task.clean.x[rows.index] + alpha * pattern
    return Poison(rows.index, x.astype(np.float32), rows.y)


def halves(n: int, shape: tuple[int, ...], pieces: int, seed: int) -> Array:
    """N×1×H×W masks of 0 and 1: of `pieces`×`pieces` squares a random half (one of one) is 1."""
    rng = np.random.default_rng(seed)
    down, right = (np.arange(size) * pieces // size for size in shape[-2:])
    of = down[:, None] * pieces + right[None]
    order = rng.permuted(np.tile(np.arange(pieces**2), (n, 1)), axis=1) if n else np.zeros((0, pieces**2), np.int64)
    return np.asarray((order < (pieces**2 + 1) // 2)[:, of][:, None], np.float32)
