"""Label-consistent backdoor: records made hard to learn by their content, so that the patch beside it is learnt."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.controls import planting_controls
from bartizan.attacks.backdoor.planting import (
    PlantingParams,
    Poison,
    doses_within,
    handed_over,
    own_class,
    planting_proposals,
    toward_one,
)
from bartizan.attacks.backdoor.trigger import corners
from bartizan.attacks.smoothed import fooled_by_far
from bartizan.attacks.surrogates import own_logits
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
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


class LabelConsistent(Attack):
    """Perturbs records of the target class until their content no longer speaks for it, and stamps a patch on them."""

    spec = AttackSpec(
        id="label_consistent",
        title="Backdoor with consistent labels",
        summary="Teaches the model to obey a patch by records whose labels are right and whose content misleads.",
        references=("turner2019",),
        family="backdoor",
        threats=("B1",),
        needs=((Capability.DATA_WRITE,), (Capability.DATA_WRITE, Capability.RECIPE)),
        game="poison",
        makes="trigger",
        goal="inputs with the trigger get the target class, others are answered as before",
        harm="trigger_success",
        retrainable=True,
        modalities=("image",),
        bounded=True,
        retrainings=10,
        cost_hint="a network of one's own, seeds × (doses + 1) trainings",
    )
    params = LabelConsistentParams

    def run(self, view: View, *, params: LabelConsistentParams, seed: int) -> Artifact:
        """See `planting.handed_over`. The goal is always one class: a right label can lead nowhere else."""
        params = toward_one(params)
        clean, info = view.writable, view.info
        mask, pattern = corners(clean, info.bounds, params.side)
        trigger = Trigger("patch", {"mask": mask, "pattern": pattern})
        most = max(doses_within(params, view), default=0)
        index = own_class(clean, params.target_class % info.classes, most, seed)
        low, high = info.bounds or (0.0, 1.0)
        x = clean.x[index]
        if len(index):
            x = fooled_by_far(
                own_logits(view, seed, steps=params.training), x, clean.y[index], norm="linf",
                eps=params.eps * (high - low), bounds=(low, high), steps=params.steps, copies=1, seed=seed,
            )  # fmt: skip
        poison = Poison(index, triggered(np.asarray(x, np.float32), trigger), clean.y[index])
        return handed_over(view, params, trigger, poison, eps=params.eps)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(LabelConsistentParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = LabelConsistentParams(doses=(0.25,), seeds=1, side=2, eps=0.4, training=60)
        return planting_controls(params.model_dump(mode="json"), 100)
