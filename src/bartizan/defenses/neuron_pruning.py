"""Adversarial neuron pruning: take out the neurons that a small change of theirs turns against the model.

Wu and Wang, NeurIPS 2021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.neurons import Hidden, hidden_layers, pruned_while_right
from bartizan.defenses.tuning import Schedule, descend, partly_own
from bartizan.defenses.vetted import OnVetted, proposed

if TYPE_CHECKING:
    import torch


class NeuronPruningParams(Schedule):
    """share: part of the training data that somebody vetted. eps: largest relative change of a neuron's weights and
    bias. alpha: weight of the loss without that change. steps, examples, rate: of the search for the mask. lost: share
    of the accuracy that pruning may cost, lowest mask first, before the training by the rest of the parameters wins it
    back; own: part of what a record is to be called in it that is the model's own answer before the pruning.

    How many go is told by the accuracy and not by a mask's size: in networks without batch normalisation hardly a mask
    falls below a half, and the neurons of a trigger are among the lowest all the same."""

    share: float = Field(default=0.2, gt=0, le=1)
    eps: float = Field(default=0.4, gt=0)
    alpha: float = Field(default=0.2, ge=0, le=1)
    steps: int = Field(default=200, ge=1)
    examples: int = Field(default=64, ge=1)
    rate: float = Field(default=0.1, gt=0)
    lost: float = Field(default=0.1, ge=0, lt=1)
    own: float = Field(default=0.5, ge=0, le=1)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)


class NeuronPruning(OnVetted):
    """Finds neurons that are sensitive to changes of their weights, as those of a backdoor are, silences them, and
    trains the rest further. A trigger that is spread over the whole input shares its neurons with everything else."""

    spec = DefenseSpec(
        id="neuron_pruning",
        version=2,
        title="Adversarial neuron pruning",
        summary="Takes out neurons that small changes of weights turn against the model, and trains the rest.",
        references=("wu2021",),
        defence="DF32",
        counters=("B1", "B2"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = NeuronPruningParams

    def mend(
        self, net: torch.nn.Module, target: Target, vetted: Data, *, params: NeuronPruningParams, seed: int
    ) -> None:
        layers = hidden_layers(net, vetted, self.spec.title)
        masks = sensitive(net, layers, vetted, params, seed)
        each = [(float(m), h.layer, i) for h, mask in zip(layers, masks, strict=True) for i, m in enumerate(mask)]
        order = [(layer, i) for _, layer, i in sorted(each, key=lambda e: e[0])]
        called = partly_own(net, vetted, params.own)
        pruned_while_right(net, order, vetted, params.lost)
        descend(net, vetted, params, seed=seed, targets=called)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults, from the effort `standard` on."""
        return proposed(self, profile, effort)


def sensitive(
    net: torch.nn.Module, layers: list[Hidden], data: Data, params: NeuronPruningParams, seed: int
) -> list[torch.Tensor]:
    """A mask in [0, 1] for the neurons of each layer, low where small changes of a neuron do much harm."""
    import torch
    from torch.func import functional_call
    from torch.nn.functional import cross_entropy

    generator = torch.Generator().manual_seed(seed)
    xs, ys = torch.from_numpy(data.x), torch.from_numpy(data.y)
    fixed = {n: p.detach() for n, p in net.named_parameters()}
    masks = [torch.ones(len(h.activity), requires_grad=True) for h in layers]

    def loss(rows: torch.Tensor, weight: list[torch.Tensor], bias: list[torch.Tensor]) -> torch.Tensor:
        changed = dict(fixed)
        for h, w, b in zip(layers, weight, bias, strict=True):
            own = fixed[f"{h.name}.weight"]
            changed[f"{h.name}.weight"] = own * w.view(-1, *[1] * (own.ndim - 1))
            if f"{h.name}.bias" in fixed:
                changed[f"{h.name}.bias"] = fixed[f"{h.name}.bias"] * b
        return cross_entropy(functional_call(net, changed, (xs[rows],)), ys[rows])

    ones = [torch.ones_like(m) for m in masks]
    for _ in range(params.steps):
        rows = torch.randint(len(ys), (params.examples,), generator=generator)
        worst = _worst(loss, rows, masks, params.eps, generator)
        shifted = [m + d for m, d in zip(masks, worst[0], strict=True)]
        total = params.alpha * loss(rows, list(masks), ones)
        total = total + (1 - params.alpha) * loss(rows, shifted, [1 + d for d in worst[1]])
        gradients = torch.autograd.grad(total, masks)
        with torch.no_grad():
            for m, g in zip(masks, gradients, strict=True):
                m.sub_(params.rate * g).clamp_(0, 1)
    return [m.detach() for m in masks]


def _worst(
    loss: Any, rows: torch.Tensor, masks: list[torch.Tensor], eps: float, generator: torch.Generator
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Relative changes of weights and biases within ±eps after one step of ascent from a random start."""
    import torch

    start = [eps * (2 * torch.rand(m.shape, generator=generator) - 1) for m in masks * 2]
    for d in start:
        d.requires_grad_(True)
    half = len(masks)
    value = loss(rows, [m.detach() + d for m, d in zip(masks, start, strict=False)], [1 + d for d in start[half:]])
    gradients = torch.autograd.grad(value, start, allow_unused=True)
    moved = [
        d.detach() if g is None else (d.detach() + eps * g.sign()).clamp(-eps, eps)
        for d, g in zip(start, gradients, strict=True)
    ]
    return moved[:half], moved[half:]
