"""SIG: a sinusoidal trigger on records that keep their labels."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, Poison, own_class
from bartizan.core.view import View
from bartizan.numerics.triggers import Trigger, triggered


class SinusoidParams(PlantingParams):
    """amplitude: of the wave as a share of the input range; periods: of it over the width of the image.

    strengthened: by how much more the wave is shown to the model in use than in the training data.
    """

    amplitude: float = Field(default=0.15, gt=0, le=1)
    periods: float = Field(default=6.0, gt=0)
    strengthened: float = Field(default=1.5, ge=1)


class Sinusoid(Planter):
    """Adds a vertical wave to records of the target class, whose labels stay right: no relabelling can be found."""

    spec = planting_spec(
        "sinusoid",
        "Backdoor by a sinusoidal signal (SIG)",
        "Teaches the model to obey a faint wave without a single wrong label.",
        "barni2019",
    )
    params = SinusoidParams
    control = {"doses": (0.2,), "amplitude": 0.3}
    control_records = 80
    keeps_labels = True

    def plant(self, view: View, task: Task, params: SinusoidParams, seed: int) -> Planting:
        """A stronger wave is shown to the model in use."""
        clean, shape = task.clean, view.info.input_shape
        planted = wave(shape, task.bounds, params.amplitude, params.periods)
        index = own_class(clean, task.target, task.n, seed)
        shown = wave(shape, task.bounds, params.amplitude * params.strengthened, params.periods)
        poison = Poison(index, triggered(clean.x[index], planted), clean.y[index])
        return Planting(shown, poison, {"amplitude": params.amplitude})


def wave(shape: tuple[int, ...], bounds: tuple[float, float], amplitude: float, periods: float) -> Trigger:
    """Δ sin(2π j f / W) in column j, the same in all rows and channels. Barni, Kallas and Tondi, ICIP 2019."""
    low, high = bounds
    columns = np.sin(2 * np.pi * np.arange(shape[-1]) * periods / shape[-1])
    pattern = np.broadcast_to(amplitude * (high - low) * columns, shape).astype(np.float32)
    return Trigger("add", {"pattern": pattern, "bounds": np.array(bounds, np.float32)})
