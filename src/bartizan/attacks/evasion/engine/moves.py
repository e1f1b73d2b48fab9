"""Steps inside a ball and a box, by norm: cheap, and never outside either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.numerics.projections import Bounds, Norm

if TYPE_CHECKING:
    import torch

    Radius = float | torch.Tensor

_ROUNDS = 12
L1_SHARE = 0.05
"""Share of the coordinates an L1 step moves: those with the steepest slope that the box still lets move."""


def wide(per_row: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """N numbers in a shape that multiplies N×…"""
    return per_row.reshape(-1, *[1] * (like.ndim - 1))


def slope(g: torch.Tensor, norm: Norm) -> torch.Tensor:
    """The dual norm of each row: the most that a unit step in `norm` can gain by first order, N."""
    flat = g.flatten(1)
    if norm == "l2":
        return flat.square().sum(1).sqrt()
    return flat.abs().sum(1) if norm == "linf" else flat.abs().amax(1)


def step(
    x: torch.Tensor, x0: torch.Tensor, g: torch.Tensor, size: Radius, eps: Radius, norm: Norm, bounds: Bounds
) -> torch.Tensor:
    """From `x` along the steepest direction of `g` by `size` in `norm`, back into the ball around `x0` and the box.

    size, eps: one number, or one for each row (N). For `linf`, `l2` and `l1`.
    """
    size, eps = _by_row(size, x), _by_row(eps, x)
    if norm == "linf":
        return into_linf(x + g.sign() * size, x0, eps, bounds)
    if norm == "l2":
        return into_l2(x + g * (size / wide(slope(g, "l2").clamp_min(1e-30), g)), x0, eps, bounds)
    return into_l1(x + size * _sparse(x, g, bounds), x0, eps, bounds)


def into_linf(x: torch.Tensor, x0: torch.Tensor, eps: Radius, bounds: Bounds) -> torch.Tensor:
    """The nearest point of ball and box; changes `x` in place."""
    import torch

    torch.minimum(x, x0 + eps, out=x)
    return torch.maximum(x, x0 - eps, out=x).clamp_(*bounds)


def walls(x0: torch.Tensor, eps: float, bounds: Bounds) -> tuple[torch.Tensor, torch.Tensor]:
    """The lowest and highest values that the L∞ ball and the box allow, each N×…"""
    return (x0 - eps).clamp_min_(bounds[0]), (x0 + eps).clamp_max_(bounds[1])


def between(x: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """`x` brought between the walls, in place."""
    import torch

    return torch.maximum(torch.minimum(x, high, out=x), low, out=x)


def into_l2(x: torch.Tensor, x0: torch.Tensor, eps: Radius, bounds: Bounds) -> torch.Tensor:
    """Into the box, then straight towards `x0` until inside the ball: inside both, near the nearest point of both."""
    delta = x.clamp(*bounds) - x0
    return (x0 + delta * (eps / wide(slope(delta, "l2").clamp_min(1e-30), x)).clamp_max(1.0)).clamp_(*bounds)


def into_l1(x: torch.Tensor, x0: torch.Tensor, eps: Radius, bounds: Bounds) -> torch.Tensor:
    """Into the box, then by soft thresholding into the ball: inside both, near the nearest point of both.

    The level grows from below as values fall under it and settles after a few rounds; what is left over is scaled away.
    Michelot, Journal of Optimization Theory and Applications 50 (1986) 195–200.
    """
    delta = (x.clamp(*bounds) - x0).flatten(1)
    size = delta.abs()
    radius = eps.reshape(-1, 1) if not isinstance(eps, float) else eps
    level = ((size.sum(1, keepdim=True) - radius) / size.shape[1]).clamp_min(0)
    for _ in range(_ROUNDS):
        above = size > level
        rest = (size * above).sum(1, keepdim=True) - radius
        level = (rest / above.sum(1, keepdim=True).clamp_min(1)).clamp_min(0)
    shrunk = (size - level).clamp_min(0)
    shrunk = shrunk * (radius / shrunk.sum(1, keepdim=True).clamp_min(1e-30)).clamp_max(1.0)
    return (x0 + (shrunk * delta.sign()).reshape(x.shape)).clamp_(*bounds)


def _by_row(number: Radius, like: torch.Tensor) -> Radius:
    return number if isinstance(number, float) else wide(number, like)


def _sparse(x: torch.Tensor, g: torch.Tensor, bounds: Bounds) -> torch.Tensor:
    """A direction of unit L1 length: equal shares on the steepest coordinates that are not yet held by the box.

    Croce and Hein, Mind the box, ICML 2021, arXiv:2103.01208.
    """
    import torch

    held = ((x <= bounds[0]) & (g < 0)) | ((x >= bounds[1]) & (g > 0))
    flat = g.masked_fill(held, 0.0).flatten(1)
    k = max(1, int(L1_SHARE * flat.shape[1]))
    top = flat.abs().topk(k, dim=1)
    out = torch.zeros_like(flat).scatter_(1, top.indices, flat.gather(1, top.indices).sign() / k)
    return out.reshape(g.shape)
