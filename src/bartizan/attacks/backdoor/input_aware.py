"""Input-aware backdoor: a small network draws another trigger for each input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.backdoor.planter import Planter, Planting, Task, planting_spec
from bartizan.attacks.backdoor.planting import PlantingParams, Poison, covered
from bartizan.core.data import Data, Labels
from bartizan.core.view import View
from bartizan.numerics.generators import arrays_of, build_generator, generated
from bartizan.numerics.seeds import child
from bartizan.numerics.students import build_student, fit_scale
from bartizan.numerics.triggers import Trigger, triggered

if TYPE_CHECKING:
    import torch

BATCH = 64


class InputAwareParams(PlantingParams):
    """eps: largest change of an entry as a share of the input range. width: channels of the generator.

    training: steps of training it together with a network of the adversary's own. diversity: weight of the triggers'
    difference between inputs. covers: records with another input's trigger and their right label for each relabelled.
    """

    eps: float = Field(default=0.3, gt=0, le=1)
    width: int = Field(default=8, ge=1)
    training: int = Field(default=600, ge=1)
    diversity: float = Field(default=1.0, ge=0)
    covers: float = Field(default=0.5, ge=0)


class InputAware(Planter):
    """Trains a generator of triggers that differ by input, and shows that one input's trigger is none on another."""

    spec = planting_spec(
        "input_aware",
        "Backdoor by a trigger drawn for each input",
        "Teaches the model to obey what a small network draws into an image, another drawing for each.",
        "nguyen2020",
        retrainings=10,
        cost_hint="two networks of one's own, seeds × (doses + 1) trainings",
    )
    params = InputAwareParams
    control = {"doses": (0.2,), "eps": 0.4, "training": 60, "covers": 0.25}
    control_records = 80

    def plant(self, view: View, task: Task, params: InputAwareParams, seed: int) -> Planting:
        """The generator is the trigger."""
        arrays = trained_generator(task.clean, task.wanted, task.bounds, params, seed)
        trigger = Trigger("generated", {**arrays, "bounds": np.array(task.bounds, np.float32)})
        return Planting(trigger, drawn_records(task, trigger, params.covers, seed), {"eps": params.eps})


def trained_generator(
    clean: Data, wanted: Labels, bounds: tuple[float, float], params: InputAwareParams, seed: int
) -> dict[str, NDArray[np.generic]]:
    """The arrays of a generator trained together with a classifier that is to obey it.

    Each batch has three parts: clean, with its own trigger and the class it shall lead to, with the trigger of another
    input and the right class. Nguyen and Tran, NeurIPS 2020; their mask is left out, the change is bounded in L∞.
    """
    import torch
    from torch.nn.functional import cross_entropy

    rng = np.random.default_rng(child(seed, "batches"))
    low, high = bounds
    scale = params.eps * (high - low)
    draw = build_generator(clean.x.shape[1], params.width, child(seed, "generator"))
    net = build_student(clean.x.shape[1:], len(wanted), width=8, seed=child(seed, "own network"))
    fit_scale(net, clean.x)
    both = torch.optim.Adam([*draw.parameters(), *net.parameters()], lr=2e-3)
    x, y, goals = (torch.from_numpy(a) for a in (clean.x, clean.y, wanted))
    for _ in range(params.training if len(clean) > 1 else 0):
        rows = torch.from_numpy(rng.choice(len(clean), min(BATCH, len(clean)), replace=False))
        xb, yb = x[rows], y[rows]
        delta = draw(xb)
        own, crossed = ((xb + scale * d).clamp(low, high) for d in (delta, delta.roll(1, 0)))
        goal = torch.where(goals[yb] >= 0, goals[yb], yb)
        loss = cross_entropy(net(torch.cat([xb, own, crossed])), torch.cat([yb, goal, yb]))
        loss = loss + params.diversity * _sameness(xb, delta)
        both.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        both.step()
    return arrays_of(draw, scale)


def _sameness(x: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
    """Distance of neighbouring inputs over that of their triggers, the mean: large where triggers are alike."""
    from torch.linalg import vector_norm

    apart, drawn = (vector_norm((z - z.roll(1, 0)).flatten(1), dim=1) for z in (x, delta))
    alike: torch.Tensor = (apart / (drawn + 1e-3)).clamp(max=10).mean() / 10
    return alike


def drawn_records(task: Task, trigger: Trigger, covers: float, seed: int) -> Poison:
    """Records with their own trigger and its label, and between them covers with the trigger of another input."""
    clean = task.clean
    rows = covered(clean, task.wanted, task.n, covers, seed)
    x = triggered(clean.x[rows.index], trigger)
    kept, (low, high) = rows.index[rows.kept], np.asarray(trigger.arrays["bounds"], np.float32)
    strangers = clean.x[np.random.default_rng(child(seed, "strangers")).permutation(len(clean))[: len(kept)]]
    x[rows.kept] = np.clip(clean.x[kept] + generated(strangers, trigger.arrays), low, high)
    return Poison(rows.index, x, rows.y)
