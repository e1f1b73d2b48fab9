"""Adversarial training by projected gradient descent, Madry et al., ICLR 2018, as fine-tuning of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Arrays, Schedule, Tuning, descend
from bartizan.numerics.projections import project

if TYPE_CHECKING:
    import torch

Norm = Literal["linf", "l2"]
Bounds = tuple[float, float]


class AdversarialTrainingParams(Schedule):
    """norm and ε of the changes trained against; steps of gradient ascent an example; `warm_up`: share of the training
    over which ε grows from 0 to its full size."""

    norm: Norm = "linf"
    eps: float = Field(default=0.1, gt=0)
    steps: int = Field(default=3, ge=1)
    warm_up: float = Field(default=0.3, ge=0, le=1)


EFFORTS: dict[Effort, dict[str, int]] = {
    "quick": {"steps": 3, "epochs": 3},
    "standard": {"steps": 7, "epochs": 15},
    "deep": {"steps": 10, "epochs": 40},
}


class AdversarialTraining(Tuning):
    """Goes on training the target's model, each batch replaced by its own adversarial examples within ε."""

    spec = DefenseSpec(
        id="adversarial_training",
        title="Adversarial training",
        summary="Trains the model on adversarial examples of its own training data, in one norm up to one size.",
        references=("madry2018",),
        defence="DF01",
        counters=("E1", "E2", "E3"),
        differentiable=True,
        modalities=("image",),
    )
    params: ClassVar[type[BaseModel]] = AdversarialTrainingParams

    def tune(
        self, net: torch.nn.Module, target: Target, data: Data, *, params: AdversarialTrainingParams, seed: int
    ) -> Arrays:
        import torch

        bounds = target.info.bounds
        if bounds is None:
            raise DataError(f"adversarial training of {target.info.id} needs the bounds of its inputs (load.bounds)")
        generator = torch.Generator().manual_seed(seed + 1)

        def worst(x: torch.Tensor, y: torch.Tensor, done: float) -> tuple[torch.Tensor, torch.Tensor]:
            eps = params.eps * min(1.0, done / params.warm_up) if params.warm_up else params.eps
            return pgd(net, x, y, params.norm, eps, bounds, steps=params.steps, generator=generator), y

        descend(net, data, params, seed=seed, altered=worst)
        return {}

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The first L∞ or L2 ball of the profile, at the cost this effort allows."""
        self.needs_gradients(profile)
        if profile.modality != "image":
            raise NotApplicable("adversarial training in a norm has no meaning for tables of mixed features")
        if profile.bounds is None:
            raise NotApplicable("adversarial training needs the bounds of the inputs (load.bounds)")
        balls = [(norm, eps) for norm, eps in profile.norms if norm in ("linf", "l2")]
        norm, eps = balls[0] if balls else ("linf", 0.1 * (profile.bounds[1] - profile.bounds[0]))
        return self.params.model_validate({"norm": norm, "eps": eps, **EFFORTS[effort]}).model_dump(mode="json")


def pgd(
    net: torch.nn.Module,
    x: torch.Tensor,
    y: torch.Tensor,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    *,
    steps: int,
    generator: torch.Generator,
) -> torch.Tensor:
    """Points within `eps` of `x` and within `bounds` at which the cross-entropy is high: ascent by the sign of the
    gradient (L∞) or along it (L2) from a random start, in steps of 1.5 ε / `steps`. Same shape as `x`."""
    import torch
    from torch.nn import functional as F

    if eps == 0:
        return x
    z = project(x + _random_start(x, norm, eps, generator), x, norm, eps, bounds)
    for _ in range(steps):
        z.requires_grad_(True)
        (gradient,) = torch.autograd.grad(F.cross_entropy(net(z), y), z)
        z = project(z.detach() + 1.5 * eps / steps * _unit(gradient, norm), x, norm, eps, bounds)
    out: torch.Tensor = z.detach()
    return out


def _random_start(x: torch.Tensor, norm: Norm, eps: float, generator: torch.Generator) -> torch.Tensor:
    import torch

    if norm == "linf":
        return eps * (2 * torch.rand(x.shape, generator=generator) - 1)
    return eps * _unit(torch.randn(x.shape, generator=generator), norm)


def _unit(gradient: torch.Tensor, norm: Norm) -> torch.Tensor:
    """The steepest direction of unit size in the norm."""
    import torch

    if norm == "linf":
        return gradient.sign()
    size = torch.linalg.vector_norm(gradient.flatten(1), dim=1).clamp(min=1e-12)
    unit: torch.Tensor = gradient / size.view(-1, *[1] * (gradient.dim() - 1))
    return unit
