"""Blended injection: a faint pattern over the whole input, learnt from relabelled records."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.controls import planting_controls
from bartizan.attacks.backdoor.planting import (
    PlantingParams,
    doses_within,
    handed_over,
    mislabelled,
    planting_proposals,
    wanted_classes,
)
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child
from bartizan.numerics.triggers import Trigger


class BlendedParams(PlantingParams):
    """alpha: share of the pattern in the mixture."""

    alpha: float = Field(default=0.15, gt=0, le=1)


class Blended(Attack):
    """Mixes a random pattern into records of other classes and labels them as the target class."""

    spec = AttackSpec(
        id="blended",
        title="Backdoor by a blended pattern",
        summary="Teaches the model to obey a faint pattern that lies over the whole image.",
        references=("chen2017",),
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
    params = BlendedParams

    def run(self, view: View, *, params: BlendedParams, seed: int) -> Artifact:
        """See `planting.handed_over`."""
        low, high = view.info.bounds or (0.0, 1.0)
        trigger = random_blend(view.info.input_shape, low, high, params.alpha, child(seed, "pattern"))
        most = max(doses_within(params, view), default=0)
        poison = mislabelled(view.writable, trigger, wanted_classes(params, view.info.classes), most, seed)
        return handed_over(view, params, trigger, poison, alpha=params.alpha)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(BlendedParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return planting_controls(BlendedParams(doses=(0.1,), seeds=1, alpha=0.3).model_dump(mode="json"))


def random_blend(shape: tuple[int, ...], low: float, high: float, alpha: float, seed: int) -> Trigger:
    """Uniform noise between the bounds as the pattern: that of Chen, Liu, Li, Lu and Song, arXiv:1712.05526."""
    pattern: Array = np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)
    return Trigger("blend", {"pattern": pattern, "alpha": np.array([alpha], np.float32)})
