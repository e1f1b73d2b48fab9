"""Input-aware backdoor: a small network draws another trigger for each input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
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
from bartizan.core.data import Data, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
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


class InputAware(Attack):
    """Trains a generator of triggers that differ by input, and shows that one input's trigger is none on another."""

    spec = AttackSpec(
        id="input_aware",
        title="Backdoor by a trigger drawn for each input",
        summary="Teaches the model to obey what a small network draws into an image, another drawing for each.",
        references=("nguyen2020",),
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
        retrainings=10,
        cost_hint="two networks of one's own, seeds × (doses + 1) trainings",
    )
    params = InputAwareParams

    def run(self, view: View, *, params: InputAwareParams, seed: int) -> Artifact:
        """See `planting.handed_over`."""
        wanted, bounds = wanted_classes(params, view.info.classes), view.info.bounds or (0.0, 1.0)
        arrays = trained_generator(view.writable, wanted, bounds, params, seed)
        trigger = Trigger("generated", {**arrays, "bounds": np.array(bounds, np.float32)})
        most = max(doses_within(params, view), default=0)
        poison = drawn_records(view.writable, trigger, wanted, most, params.covers, seed)
        return handed_over(view, params, trigger, poison, eps=params.eps)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return planting_proposals(InputAwareParams(), self.spec.title, effort)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = InputAwareParams(doses=(0.2,), seeds=1, eps=0.4, training=60, covers=0.25)
        return planting_controls(params.model_dump(mode="json"), 80)


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


def drawn_records(clean: Data, trigger: Trigger, wanted: Labels, n: int, covers: float, seed: int) -> Poison:
    """`n` records with their own trigger and its label, and between them covers with the trigger of another input."""
    main, everyone = np.flatnonzero(wanted[clean.y] >= 0), np.arange(len(clean))
    index, kept = split(main, everyone, n, covers, seed)
    rows = cover_rows(np.setdiff1d(everyone, index[~kept]), int(kept.sum()), seed)
    index[kept] = rows
    x = triggered(clean.x[index], trigger)
    low, high = np.asarray(trigger.arrays["bounds"], np.float32)
    strangers = clean.x[np.random.default_rng(child(seed, "strangers")).permutation(everyone)[: len(rows)]]
    x[kept] = np.clip(clean.x[rows] + generated(strangers, trigger.arrays), low, high)
    y = np.where(kept, clean.y[index], wanted[clean.y[index]])
    return Poison(index, x, y.astype(np.int64))
