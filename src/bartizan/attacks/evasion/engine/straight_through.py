"""Makes a way for gradients around layers that have none: backward pass differentiable approximation by the identity.

Athalye, Carlini and Wagner, Obfuscated gradients give a false sense of security, ICML 2018, arXiv:1802.00420.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def bridged(model: torch.nn.Module, x: torch.Tensor) -> list[Any]:
    """Hook every layer of `model` that keeps the shape of its input and lets no gradient through, so that its backward
    pass is the identity; forward answers stay as they are. `x`: a few inputs to try it on.

    Returns the handles of the hooks (empty: nothing to bridge); `handle.remove()` undoes each.
    """
    blocked: list[torch.nn.Module] = []
    handles = [
        m.register_forward_hook(_watch(blocked)) for m in model.modules() if m is not model and not list(m.children())
    ]
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return [m.register_forward_hook(_bridge) for m in blocked]


def _watch(blocked: list[torch.nn.Module]) -> Callable[..., None]:
    def look(module: torch.nn.Module, args: tuple[Any, ...], out: Any) -> None:
        if len(args) == 1 and hasattr(out, "shape") and out.shape == args[0].shape and _blocks(module, args[0]):
            blocked.append(module)

    return look


def _blocks(module: torch.nn.Module, given: torch.Tensor) -> bool:
    """Whether the gradient of what comes out by what went in is zero everywhere, though the two differ."""
    import torch

    with torch.enable_grad():
        x = given.detach().clone().requires_grad_(True)
        out = module.forward(x)
        if not out.requires_grad:
            return not torch.equal(out, x)
        g = torch.autograd.grad(out.sum(), x, allow_unused=True)[0]
    return g is None or not bool(g.any())


def _bridge(module: torch.nn.Module, args: tuple[Any, ...], out: torch.Tensor) -> torch.Tensor:
    given: torch.Tensor = args[0]
    return given + (out - given).detach()
