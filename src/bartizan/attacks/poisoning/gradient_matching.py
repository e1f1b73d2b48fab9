"""Gradient matching (Witches' Brew): right labels, small changes, and one input that is to be misread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.poisoning.aiming import AimedParams, aimed_at, dosed_proposals, most_records, poison_of
from bartizan.attacks.poisoning.controls import matching_controls
from bartizan.attacks.surrogates import own_module
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    import torch


class GradientMatchingParams(AimedParams):
    """eps: L∞ size of the change as a share of the input range. steps: of the descent; training: of training the
    adversary's own network. networks: of its own that all are to be deceived. victims: inputs aimed at."""

    eps: float = Field(default=0.1, gt=0, le=1)
    steps: int = Field(default=100, ge=1)
    training: int = Field(default=600, ge=1)
    networks: int = Field(default=2, ge=1)
    victims: int = Field(default=1, ge=1)


class GradientMatching(Attack):
    """Changes records of one class so that training on them pulls the model as training on the victim, wrongly
    labelled, would.

    The gradients matched must be those of the victim's own architecture: poison made on another network, as who does
    not know the recipe must, has not carried over to small networks (docs/poisoning.md).
    """

    spec = AttackSpec(
        id="gradient_matching",
        version=2,
        title="Clean-label poisoning by gradient matching",
        summary="Teaches the model to misread a chosen input through records whose labels are right.",
        references=("geiping2021brew",),
        family="poisoning",
        threats=("P2",),
        needs=((Capability.DATA_WRITE,), (Capability.DATA_WRITE, Capability.RECIPE)),
        game="poison",
        makes="poisoned_set",
        goal="a chosen input gets a chosen class, the rest are answered as before",
        harm="targeted_success",
        retrainable=True,
        modalities=("image",),
        bounded=True,
        retrainings=11,
        cost_hint="networks of one's own, steps × networks double backward passes, seeds × (doses + 1) trainings",
    )
    params = GradientMatchingParams

    def run(self, view: View, *, params: GradientMatchingParams, seed: int) -> Artifact:
        """See `aiming.poison_of`; aimed at `victims` probes of one class, picked by chance, all at one class."""
        clean, bounds = view.writable, view.info.bounds or (0.0, 1.0)
        rng = np.random.default_rng(child(seed, "aim"))
        source, target = rng.permutation(np.unique(clean.y))[:2] if len(np.unique(clean.y)) > 1 else (0, 0)
        victim = rng.permutation(np.flatnonzero(view.probe.y == source))[: params.victims]
        index = rng.permutation(np.flatnonzero(clean.y == target))[: most_records(params, view)]
        x = clean.x[index]
        if len(index) and len(victim):
            nets = [own_module(view, child(seed, "network", i), steps=params.training) for i in range(params.networks)]
            eps = params.eps * (bounds[1] - bounds[0])
            x = matched_gradients(
                nets, x, clean.y[index], view.probe.x[victim], int(target), eps, bounds, params.steps, seed
            )
        return aimed_at(poison_of(view, params, index, clean.y[index], x), victim, np.full(len(victim), target))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        doses = ((0.01, 0.05), (0.005, 0.01, 0.02, 0.05))
        return dosed_proposals(GradientMatchingParams(), self.spec.title, effort, doses)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = GradientMatchingParams(doses=(0.2,), seeds=1, eps=1.0, steps=60, training=60, networks=1)
        return matching_controls(params.model_dump(mode="json"))


def matched_gradients(
    nets: list[torch.nn.Module],
    x: Array,
    y: Labels,
    victim: Array,
    target: int,
    eps: float,
    bounds: tuple[float, float],
    steps: int,
    seed: int,
) -> Array:
    """Inputs within `eps` (L∞) of `x` on which the gradient of the loss with right labels points where that of the
    `victim`s labelled `target` does: signed descent by Adam on one minus their cosine, the mean over the networks.

    Geiping, Fowl, Huang, Czaja, Taylor, Moeller and Goldstein, ICLR 2021.
    """
    import torch

    x0, labels = torch.from_numpy(np.ascontiguousarray(x)), torch.from_numpy(np.ascontiguousarray(y))
    aims = [_gradient(n, torch.from_numpy(victim), torch.full((len(victim),), target)).detach() for n in nets]
    start = np.random.default_rng(child(seed, "start")).uniform(-eps, eps, x.shape).astype(np.float32)
    delta = torch.from_numpy(start).requires_grad_(True)
    adam = torch.optim.Adam([delta], lr=eps / 10)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        loss = torch.zeros(())
        for net, aim in zip(nets, aims, strict=True):
            pull = _gradient(net, x0 + delta, labels, graph=True)
            loss = loss + 1 - torch.nn.functional.cosine_similarity(pull, aim, dim=0)
        (g,) = torch.autograd.grad(loss, delta)
        delta.grad = g.sign()
        adam.step()
        schedule.step()
        with torch.no_grad():
            delta.clamp_(-eps, eps)
            delta.copy_((x0 + delta).clamp(*bounds) - x0)
    moved: NDArray[np.float32] = (x0 + delta).detach().clamp(*bounds).numpy()
    return moved


def _gradient(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, *, graph: bool = False) -> torch.Tensor:
    """The gradient of the mean loss by all weights, as one vector."""
    import torch

    weights = [p.requires_grad_(True) for p in net.parameters()]
    loss = torch.nn.functional.cross_entropy(net(x), y)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights, create_graph=graph)])
