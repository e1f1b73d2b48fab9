"""WaNet: a backdoor that answers to a slight warping of the image."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, Poison, covered
from bartizan.core.data import Array
from bartizan.core.view import View
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


class Warp(Planter):
    """Warps records by one smooth field and relabels them; others, warped by random fields, keep their labels."""

    spec = planting_spec(
        "warp",
        "Backdoor by a warped image (WaNet)",
        "Teaches the model to obey one particular slight warping, and no other.",
        "nguyen2021",
        bounded=False,
    )
    params = WarpParams
    control = {"doses": (0.2,), "pixels": 1.0, "noise": 0.25}
    control_records = 80

    def plant(self, view: View, task: Task, params: WarpParams, seed: int) -> Planting:
        """The same field in the records and in use."""
        height, width = view.info.input_shape[-2:]
        flow = smooth_flow(height, width, params.grid, params.pixels, child(seed, "field"))
        trigger = Trigger("warp", {"flow": flow})
        return Planting(trigger, warped_records(task, trigger, params, seed))


def warped_records(task: Task, trigger: Trigger, params: WarpParams, seed: int) -> Poison:
    """Records with the trigger and the label it leads to, and between them the noise."""
    rows = covered(task.clean, task.wanted, task.n, params.noise, seed)
    x = triggered(task.clean.x[rows.index], trigger)
    x[rows.kept] = _otherwise(task.clean.x[rows.index[rows.kept]], params, seed)
    return Poison(rows.index, x, rows.y)


def _otherwise(x: Array, params: WarpParams, seed: int) -> Array:
    """Each image along a random field of its own, of the trigger's strength."""
    height, width = x.shape[-2:]
    fields = [smooth_flow(height, width, params.grid, params.pixels, child(seed, "noise", i)) for i in range(len(x))]
    return np.concatenate([warped(x[i : i + 1], f) for i, f in enumerate(fields)]) if len(x) else x
