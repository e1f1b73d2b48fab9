"""Ascent whose steps other models of the same task would take as well.

Momentum over the steps: Dong et al., Boosting adversarial attacks with momentum, CVPR 2018, arXiv:1710.06081. Gradients
averaged over noisy copies of the input: Wu and Zhu, Towards understanding and improving the transferability of
adversarial examples in deep neural networks, ACML 2020, arXiv:1802.09707.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bartizan.numerics import losses
from bartizan.numerics.projections import Norm, project, safe_radius

from .gradients import pull_back, steepest

if TYPE_CHECKING:
    import torch

MOMENTUM = 1.0
NOISE = 2.0
"""Spread of the noise as a multiple of the L∞ size of the ball."""


def smoothed_ascent(
    logits: Callable[[torch.Tensor], torch.Tensor],
    x0: torch.Tensor,
    y: torch.Tensor,
    *,
    norm: Norm,
    eps: float,
    bounds: tuple[float, float],
    steps: int,
    copies: int,
    generator: torch.Generator,
) -> torch.Tensor:
    """Inputs of the ball around `x0` where the margin of `logits` is lost far and wide; `steps` × `copies` passes."""
    import torch

    radius = safe_radius(eps, norm, bounds, x0[0].numel())
    spread = NOISE * (eps if norm == "linf" else eps / x0[0].numel() ** 0.5)
    x, momentum = x0.clone(), torch.zeros_like(x0)
    for _ in range(steps):
        g = torch.zeros_like(x0)
        for _ in range(copies):
            noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
            at = (x + spread * noise).requires_grad_(True)
            z = logits(at)
            g += pull_back(z, at, losses.margin(z.detach(), y, torch.ones(len(y), 1))[1])[0]
        momentum = MOMENTUM * momentum + _of_unit_mean(g)
        step = 2 * eps / steps * steepest(momentum, norm, generator)
        x = project(x + step, x0, norm, radius, bounds)
    return x


def _of_unit_mean(g: torch.Tensor) -> torch.Tensor:
    mean = g.abs().flatten(1).mean(1).clamp_min(1e-30)
    return g / mean.reshape(-1, *[1] * (g.ndim - 1))
