"""Label-consistent backdoor: records made hard to learn by their content, so that the patch beside it is learnt."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, Poison, own_class
from bartizan.attacks.backdoor.trigger import corners
from bartizan.attacks.smoothed import fooled_by_far
from bartizan.attacks.surrogates import own_logits
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.triggers import Trigger, triggered


class LabelConsistentParams(PlantingParams):
    """side: of the square patch in each corner, in pixels. eps: L∞ size of the change beneath it as a share of the
    input range; steps: of the ascent that finds it. training: steps of training the adversary's own network."""

    side: int = Field(default=3, ge=1)
    eps: float = Field(default=0.1, ge=0, le=1)
    steps: int = Field(default=10, ge=1)
    training: int = Field(default=600, ge=1)


class LabelConsistent(Planter):
    """Perturbs records of the target class until their content no longer speaks for it, and stamps a patch on them."""

    spec = planting_spec(
        "label_consistent",
        "Backdoor with consistent labels",
        "Teaches the model to obey a patch by records whose labels are right and whose content misleads.",
        "turner2019",
        needs=((Capability.DATA_WRITE,), (Capability.DATA_WRITE, Capability.RECIPE)),
        retrainings=10,
        cost_hint="a network of one's own, seeds × (doses + 1) trainings",
    )
    params = LabelConsistentParams
    control = {"doses": (0.25,), "side": 2, "eps": 0.4, "training": 60}
    control_records = 100
    keeps_labels = True

    def plant(self, view: View, task: Task, params: LabelConsistentParams, seed: int) -> Planting:
        """The patch lies over the change, and is alone in use."""
        clean = task.clean
        mask, pattern = corners(clean, view.info.bounds, params.side)
        trigger = Trigger("patch", {"mask": mask, "pattern": pattern})
        index, (low, high) = own_class(clean, task.target, task.n, seed), task.bounds
        x = clean.x[index]
        if len(index):
            x = fooled_by_far(
                own_logits(view, seed, steps=params.training), x, clean.y[index], norm="linf",
                eps=params.eps * (high - low), bounds=(low, high), steps=params.steps, copies=1, seed=seed,
            )  # fmt: skip
        poison = Poison(index, triggered(np.asarray(x, np.float32), trigger), clean.y[index])
        return Planting(trigger, poison, {"eps": params.eps})
