"""SIG: a sinusoidal trigger on records that keep their labels."""

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
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.triggers import Trigger, triggered


class SinusoidParams(PlantingParams):
    """amplitude: of the wave as a share of the input range; periods: of it over the width of the image.

    strengthened: by how much more the wave is shown to the model in use than in the training data.
    """

    amplitude: float = Field(default=0.15, gt=0, le=1)
    periods: float = Field(default=6.0, gt=0)
    strengthened: float = Field(default=1.5, ge=1)


class Sinusoid(Attack):
    """Adds a vertical wave to records of the target class, whose labels stay right: no relabelling can be found."""

    spec = AttackSpec(
        id="sinusoid",
        title="Backdoor by a sinusoidal signal (SIG)",
        summary="Teaches the model to obey a faint wave without a single wrong label.",
        references=("barni2019",),
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
    params = SinusoidParams

    def run(self, view: View, *, params: SinusoidParams, seed: int) -> Artifact:
        """See `planting.handed_over`. The goal is always one class: a right label can lead nowhere else."""
        params = toward_one(params)
        clean, bounds = view.writable, view.info.bounds or (0.0, 1.0)
        planted = wave(view.info.input_shape, bounds, params.amplitude, params.periods)
        index = own_class(
            clean, params.target_class % view.info.classes, max(doses_within(params, view), default=0), seed
        )
        poison = Poison(index, triggered(clean.x[index], planted), clean.y[index])
        shown = wave(view.info.input_shape, bounds, params.amplitude * params.strengthened, params.periods)
        return handed_over(view, params, shown, poison, amplitude=params.amplitude)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(SinusoidParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return planting_controls(SinusoidParams(doses=(0.2,), seeds=1, amplitude=0.3).model_dump(mode="json"), 80)


def wave(shape: tuple[int, ...], bounds: tuple[float, float], amplitude: float, periods: float) -> Trigger:
    """Δ sin(2π j f / W) in column j, the same in all rows and channels. Barni, Kallas and Tondi, ICIP 2019."""
    low, high = bounds
    columns = np.sin(2 * np.pi * np.arange(shape[-1]) * periods / shape[-1])
    pattern = np.broadcast_to(amplitude * (high - low) * columns, shape).astype(np.float32)
    return Trigger("add", {"pattern": pattern, "bounds": np.array(bounds, np.float32)})
