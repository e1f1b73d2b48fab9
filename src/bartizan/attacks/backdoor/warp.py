"""WaNet: a backdoor that answers to a slight warping of the image."""

from __future__ import annotations

import numpy as np
from pydantic import Field

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
from bartizan.numerics.triggers import Trigger, triggered
from bartizan.numerics.warps import smooth_flow, warped


class WarpParams(PlantingParams):
    """grid: side of the grid of random displacements; pixels: their mean size.

    noise: records warped otherwise that keep their labels, for each that carries the trigger.
    """

    grid: int = Field(default=4, ge=2)
    pixels: float = Field(default=1.0, gt=0)
    noise: float = Field(default=0.5, ge=0)


class Warp(Attack):
    """Warps records by one smooth field and relabels them; others, warped by random fields, keep their labels."""

    spec = AttackSpec(
        id="warp",
        title="Backdoor by a warped image (WaNet)",
        summary="Teaches the model to obey one particular slight warping, and no other.",
        references=("nguyen2021",),
        family="backdoor",
        threats=("B1",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="trigger",
        goal="inputs with the trigger get the target class, others are answered as before",
        harm="trigger_success",
        retrainable=True,
        modalities=("image",),
        retrainings=9,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = WarpParams

    def run(self, view: View, *, params: WarpParams, seed: int) -> Artifact:
        """See `planting.handed_over`."""
        height, width = view.info.input_shape[-2:]
        flow = smooth_flow(height, width, params.grid, params.pixels, child(seed, "field"))
        trigger = Trigger("warp", {"flow": flow})
        wanted = wanted_classes(params, view.info.classes)
        most = max(doses_within(params, view), default=0)
        return handed_over(view, params, trigger, warped_records(view.writable, trigger, wanted, most, params, seed))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(WarpParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return planting_controls(WarpParams(doses=(0.2,), seeds=1, pixels=1.0, noise=0.25).model_dump(mode="json"), 80)


def warped_records(clean: Data, trigger: Trigger, wanted: Labels, n: int, params: WarpParams, seed: int) -> Poison:
    """`n` records: those with the trigger and the label it leads to, and between them the noise."""
    main, everyone = np.flatnonzero(wanted[clean.y] >= 0), np.arange(len(clean))
    index, noisy = split(main, everyone, n, params.noise, seed)
    free = np.setdiff1d(everyone, index[~noisy])
    rows = cover_rows(free, int(noisy.sum()), seed)
    index[noisy] = rows
    x = triggered(clean.x[index], trigger)
    x[noisy] = _otherwise(clean.x[rows], params, seed)
    y = np.where(noisy, clean.y[index], wanted[clean.y[index]])
    return Poison(index, x, y.astype(np.int64))


def _otherwise(x: Array, params: WarpParams, seed: int) -> Array:
    """Each image along a random field of its own, of the trigger's strength."""
    height, width = x.shape[-2:]
    fields = [smooth_flow(height, width, params.grid, params.pixels, child(seed, "noise", i)) for i in range(len(x))]
    return np.concatenate([warped(x[i : i + 1], f) for i, f in enumerate(fields)]) if len(x) else x
