"""Blended injection: a faint pattern over the whole input, learnt from relabelled records."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, mislabelled
from bartizan.core.data import Array
from bartizan.core.view import View
from bartizan.numerics.seeds import child
from bartizan.numerics.triggers import Trigger


class BlendedParams(PlantingParams):
    """alpha: share of the pattern in the mixture."""

    alpha: float = Field(default=0.15, gt=0, le=1)


class Blended(Planter):
    """Mixes a random pattern into records of other classes and labels them as the target class."""

    spec = planting_spec(
        "blended",
        "Backdoor by a blended pattern",
        "Teaches the model to obey a faint pattern that lies over the whole image.",
        "chen2017",
    )
    params = BlendedParams
    control = {"doses": (0.1,), "alpha": 0.3}

    def plant(self, view: View, task: Task, params: BlendedParams, seed: int) -> Planting:
        """One pattern for all."""
        trigger = random_blend(view.info.input_shape, *task.bounds, params.alpha, child(seed, "pattern"))
        return Planting(trigger, mislabelled(task.clean, trigger, task.wanted, task.n, seed), {"alpha": params.alpha})


def random_blend(shape: tuple[int, ...], low: float, high: float, alpha: float, seed: int) -> Trigger:
    """Uniform noise between the bounds as the pattern: that of Chen, Liu, Li, Lu and Song, arXiv:1712.05526."""
    pattern: Array = np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)
    return Trigger("blend", {"pattern": pattern, "alpha": np.array([alpha], np.float32)})
