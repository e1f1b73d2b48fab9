"""Adaptive-Blend: half a blended pattern at a time, and covers that keep their labels."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.blended import random_blend
from bartizan.attacks.backdoor.controls import planting_controls
from bartizan.attacks.backdoor.planting import (
    PlantingParams,
    Poison,
    cover_rows,
    doses_within,
    handed_over,
    planting_proposals,
    split,
    wanted_classes,
)
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
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


class AdaptiveBlend(Attack):
    """Blurs what tells poisoned from clean records inside the model, against detectors that look there."""

    spec = AttackSpec(
        id="adaptive_blend",
        title="Backdoor that hides in the representations (Adaptive-Blend)",
        summary="Shows half of a blended pattern at a time, beside records that carry it and keep their labels.",
        references=("qi2023",),
        family="backdoor",
        threats=("B1",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="trigger",
        goal="inputs with the trigger get the target class, others are answered as before",
        harm="trigger_success",
        retrainable=True,
        modalities=("image",),
        bounded=True,
        retrainings=9,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = AdaptiveBlendParams

    def run(self, view: View, *, params: AdaptiveBlendParams, seed: int) -> Artifact:
        """See `planting.handed_over`."""
        low, high = view.info.bounds or (0.0, 1.0)
        shown = random_blend(view.info.input_shape, low, high, params.shown, child(seed, "pattern"))
        wanted = wanted_classes(params, view.info.classes)
        most = max(doses_within(params, view), default=0)
        poison = half_shown(view.writable, np.asarray(shown.arrays["pattern"], np.float32), wanted, most, params, seed)
        return handed_over(view, params, shown, poison, alpha=params.alpha, shown=params.shown)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(AdaptiveBlendParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = AdaptiveBlendParams(doses=(0.2,), seeds=1, alpha=0.4, shown=0.5, pieces=2, covers=0.25)
        return planting_controls(params.model_dump(mode="json"), 80)


def half_shown(clean: Data, pattern: Array, wanted: Labels, n: int, params: AdaptiveBlendParams, seed: int) -> Poison:
    """`n` records, each with a random half of the pattern's pieces; `covers` for each of the others keep their labels.

    Qi, Xie, Li, Mahloujifar and Mittal, ICLR 2023.
    """
    main, everyone = np.flatnonzero(wanted[clean.y] >= 0), np.arange(len(clean))
    index, kept = split(main, everyone, n, params.covers, seed)
    index[kept] = cover_rows(np.setdiff1d(everyone, index[~kept]), int(kept.sum()), seed)
    alpha = params.alpha * halves(len(index), pattern.shape, params.pieces, child(seed, "pieces"))
    x = (1 - alpha) * clean.x[index] + alpha * pattern
    y = np.where(kept, clean.y[index], wanted[clean.y[index]])
    return Poison(index, x.astype(np.float32), y.astype(np.int64))


def halves(n: int, shape: tuple[int, ...], pieces: int, seed: int) -> Array:
    """N×1×H×W masks of 0 and 1: of `pieces`×`pieces` squares a random half (one of one) is 1."""
    rng = np.random.default_rng(seed)
    down, right = (np.arange(size) * pieces // size for size in shape[-2:])
    of = down[:, None] * pieces + right[None]
    order = rng.permuted(np.tile(np.arange(pieces**2), (n, 1)), axis=1) if n else np.zeros((0, pieces**2), np.int64)
    return np.asarray((order < (pieces**2 + 1) // 2)[:, of][:, None], np.float32)
