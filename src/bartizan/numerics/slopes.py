"""Gradients of logits by their inputs, wary of those that say nothing, and the step that climbs most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def pull_back(
    z: torch.Tensor, x: torch.Tensor, cotangent: torch.Tensor, *, again: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient by `x` of logits `z` along `cotangent`, and which rows are blind (exactly zero, or not finite).

    Blind rows come back as zeros, as they do from a model that does not depend on its input at all.
    again: whether `z` will be pulled back once more.
    """
    import torch

    g = torch.autograd.grad(z, x, cotangent, allow_unused=True, retain_graph=again)[0] if z.requires_grad else None
    if g is None:
        return torch.zeros_like(x), torch.ones(len(x), dtype=torch.bool)
    flat = g.flatten(1)
    blind = ~torch.isfinite(flat).all(1) | (flat == 0).all(1)
    return torch.where(_wide(blind, x), torch.zeros_like(g), g), blind


def steepest(g: torch.Tensor, norm: str, generator: torch.Generator) -> torch.Tensor:
    """The direction of unit `norm` that climbs most; a random one where the gradient is zero."""
    import torch

    zero = (g == 0).flatten(1).all(1)
    if bool(zero.any()):
        g = g.clone()
        g[zero] = torch.randn(g[zero].shape, generator=generator, dtype=g.dtype)
    if norm == "linf":
        return g.sign()
    scaled = g / _wide(g.abs().flatten(1).amax(1).clamp_min(1e-38), g)
    return scaled / _wide(scaled.flatten(1).norm(dim=1), g)


def _wide(per_row: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return per_row.reshape(-1, *[1] * (like.ndim - 1))
