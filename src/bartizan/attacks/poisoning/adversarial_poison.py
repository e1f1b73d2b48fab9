"""Adversarial poison: records changed until their content speaks for another class, with every label right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from bartizan.attacks.poisoning.aiming import DosedParams, dosed_proposals, most_records, poison_of
from bartizan.attacks.poisoning.controls import clean_label_controls
from bartizan.attacks.surrogates import own_logits
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

BATCH = 256


class AdversarialPoisonParams(DosedParams):
    """eps: L∞ size of the change as a share of the input range; steps: of the descent that finds it.

    training: steps of training the adversary's own network. goal_drop: the loss of accuracy that counts as success.
    """

    eps: float = Field(default=0.1, gt=0, le=1)
    steps: int = Field(default=20, ge=1)
    training: int = Field(default=600, ge=1)
    goal_drop: float = Field(default=0.05, gt=0, le=1)


class AdversarialPoison(Attack):
    """Moves records towards the class next to their own on a model of the adversary's: what is then learnt of them is
    of no use on clean inputs."""

    spec = AttackSpec(
        id="adversarial_poison",
        title="Availability poisoning with right labels",
        summary="Changes training records a little until a model that is trained on them fails on clean inputs.",
        references=("fowl2021",),
        family="poisoning",
        threats=("P1",),
        needs=((Capability.DATA_WRITE,), (Capability.DATA_WRITE, Capability.RECIPE)),
        game="poison",
        makes="poisoned_set",
        goal="a model trained on the data loses accuracy",
        harm="accuracy_drop",
        retrainable=True,
        modalities=("image",),
        bounded=True,
        retrainings=10,
        cost_hint="a network of one's own, seeds × (doses + 1) trainings",
    )
    params = AdversarialPoisonParams

    def run(self, view: View, *, params: AdversarialPoisonParams, seed: int) -> Artifact:
        """See `aiming.poison_of`."""
        clean, bounds = view.writable, view.info.bounds or (0.0, 1.0)
        n = most_records(params, view)
        index = np.random.default_rng(seed).permutation(len(clean)).astype(np.int64)[:n]
        x, y = clean.x[index], clean.y[index]
        if n:
            eps = params.eps * (bounds[1] - bounds[0])
            logits = own_logits(view, seed, steps=params.training)
            x = moved_towards(logits, x, (y + 1) % view.info.classes, eps, bounds, params.steps)
        return poison_of(view, params, index, y, x)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        doses = ((0.5, 1.0), (0.1, 0.25, 0.5, 0.8, 1.0))
        return dosed_proposals(AdversarialPoisonParams(), self.spec.title, effort, doses)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = AdversarialPoisonParams(doses=(1.0,), seeds=1, eps=0.6, training=60)
        return clean_label_controls(params.model_dump(mode="json"))


def moved_towards(
    logits: Callable[[torch.Tensor], torch.Tensor],
    x: Array,
    goal: Labels,
    eps: float,
    bounds: tuple[float, float],
    steps: int,
) -> Array:
    """Inputs within `eps` (L∞) of `x` that the model takes for `goal`, by projected descent on its loss.

    Fowl, Goldblum, Chiang, Geiping, Czaja and Goldstein, NeurIPS 2021.
    """
    import torch
    from torch.nn.functional import cross_entropy

    parts = []
    for i in range(0, len(x), BATCH):
        x0 = torch.from_numpy(np.ascontiguousarray(x[i : i + BATCH]))
        y = torch.from_numpy(np.ascontiguousarray(goal[i : i + BATCH]))
        z = x0.clone()
        for _ in range(steps):
            z.requires_grad_(True)
            (g,) = torch.autograd.grad(cross_entropy(logits(z), y, reduction="sum"), z)
            step = z.detach() - 2.5 * eps / steps * g.sign()
            z = torch.maximum(torch.minimum(step, x0 + eps), x0 - eps).clamp(*bounds)
        parts.append(z.detach().numpy())
    return np.concatenate(parts) if parts else x
