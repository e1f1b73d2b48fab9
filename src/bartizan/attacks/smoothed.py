"""Ascent whose steps other models of the same task would take as well.

Momentum over the steps: Dong et al., Boosting adversarial attacks with momentum, CVPR 2018, arXiv:1710.06081. Gradients
averaged over noisy copies of the input: Wu and Zhu, Towards understanding and improving the transferability of
adversarial examples in deep neural networks, ACML 2020, arXiv:1802.09707.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bartizan.core.data import Array, Labels
from bartizan.numerics import losses
from bartizan.numerics.projections import Bounds, Norm, project, safe_radius
from bartizan.numerics.seeds import child
from bartizan.numerics.slopes import pull_back, steepest

if TYPE_CHECKING:
    import torch

BATCH = 256
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
            noise = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
            at = (x + spread * noise).requires_grad_(True)
            z = logits(at)
            g += pull_back(z, at, losses.margin(z.detach(), y, torch.ones(len(y), 1, device=x.device))[1])[0]
        momentum = MOMENTUM * momentum + _of_unit_mean(g)
        step = 2 * eps / steps * steepest(momentum, norm, generator)
        x = project(x + step, x0, norm, radius, bounds)
    return x


def fooled_by_far(
    model: Callable[[torch.Tensor], torch.Tensor],
    x: Array,
    y: Labels,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    steps: int,
    copies: int,
    seed: int,
    device: str = "cpu",
) -> Array:
    """Inputs of the balls around `x` (N×…) that `model` misreads by far, whatever another one says of them."""
    import torch

    changed = x.copy()
    for i in range(0, len(x), BATCH):
        x0, true = (torch.from_numpy(np.ascontiguousarray(a[i : i + BATCH])).to(device) for a in (x, y))
        changed[i : i + BATCH] = smoothed_ascent(
            model, x0, true, norm=norm, eps=eps, bounds=bounds, steps=steps, copies=copies,
            generator=torch.Generator(device).manual_seed(child(seed, "transfer", i)),
        ).cpu().numpy()  # fmt: skip
    return changed


def _of_unit_mean(g: torch.Tensor) -> torch.Tensor:
    mean = g.abs().flatten(1).mean(1).clamp_min(1e-30)
    return g / mean.reshape(-1, *[1] * (g.ndim - 1))
