"""The forward pass of K networks of one shape at once, and whether they allow one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import torch

    from bartizan.core.data import Array

Path = Literal["matrix", "vmap", "sequential"]
Stack = dict[str, "torch.Tensor"]
Forward = Callable[[Stack, "torch.Tensor"], "torch.Tensor"]
Layers = list[tuple[str, "torch.nn.Module"]]


def path_of(net: torch.nn.Module, x: torch.Tensor) -> tuple[Path, str]:
    """How networks like `net` can be trained on inputs like `x` (a few), and the reason where it is one by one.

    `matrix`: linear layers and pointwise functions alone, as batched matrix products. `vmap`: what torch.func can
    vectorise. `sequential`: the answer to an input in training depends on more than that input and the weights (batch
    normalisation, dropout), or torch.func cannot do it.
    """
    reason = _depends_on_more(net, x)
    if reason:
        return "sequential", reason
    if layers_of(net, x.ndim) is not None:
        return "matrix", ""
    try:
        _vmapped(net)(stacked([net, net], str(x.device), "vmap"), x)
    except Exception as error:  # whatever torch.func says it cannot do
        return "sequential", f"torch.func cannot vectorise it: {' '.join(str(error).split())[:200]}"
    return "vmap", ""


def forward_of(net: torch.nn.Module, path: Path, ndim: int) -> Forward:
    """Logits K×B×C of parameters stacked to K×… and inputs K×B×…, or B×… that all K share; ndim: of B×…."""
    layers = layers_of(net, ndim)
    if path == "matrix" and layers is not None:
        return lambda stack, x: _matrices(layers, stack, x, shared=x.ndim == ndim)
    return _vmapped(net, ndim)


def stacked(nets: list[torch.nn.Module], device: str, path: Path) -> Stack:
    """The parameters of equal networks, K×… by name, as leaves that want gradients.

    Matrices of linear layers lie the other way round (K×in×out) on the path `matrix`, where their product is faster.
    """
    import torch

    each = [dict(net.named_parameters()) for net in nets]
    return {
        name: torch.stack([_turned(p[name].detach(), path) for p in each]).to(device).requires_grad_(True)
        for name in each[0]
    }


def unstacked(stack: Stack, path: Path) -> dict[str, Array]:
    """The parameters as the networks name and lay them out, K×…."""
    return {n: np.stack([_turned(one, path).cpu().numpy() for one in p.detach()]) for n, p in stack.items()}


def _turned(p: torch.Tensor, path: Path) -> torch.Tensor:
    return p.T.contiguous() if path == "matrix" and p.ndim == 2 else p


def layers_of(net: torch.nn.Module, ndim: int) -> Layers | None:
    """Layers with their names, in order, of a pure linear stack for inputs B×…; None where it is anything else."""
    from torch import nn

    layers = _unpacked(net, "")
    if not layers or not any(isinstance(layer, nn.Linear) for _, layer in layers):
        return None
    return layers if ndim == 2 or isinstance(layers[0][1], nn.Flatten) else None


def _unpacked(net: torch.nn.Module, name: str) -> Layers | None:
    from torch import nn

    if isinstance(net, nn.Linear | nn.ReLU | nn.Tanh | nn.Sigmoid | nn.GELU | nn.Identity):
        return [(name, net)]
    if isinstance(net, nn.Flatten):
        return [(name, net)] if (net.start_dim, net.end_dim) == (1, -1) else None
    if type(net) is not nn.Sequential:
        return None
    parts = [_unpacked(child, f"{name}.{key}" if name else key) for key, child in net.named_children()]
    return None if None in parts else [layer for part in parts for layer in part or ()]


def _matrices(layers: Layers, stack: Stack, x: torch.Tensor, *, shared: bool) -> torch.Tensor:
    import torch
    from torch import nn

    models = next(iter(stack.values())).shape[0]
    h = x.flatten(1).expand(models, -1, -1) if shared else x.flatten(2)
    for name, layer in layers:
        if isinstance(layer, nn.Linear):
            dotted = f"{name}." if name else ""
            weight, bias = stack[f"{dotted}weight"], stack.get(f"{dotted}bias")
            h = torch.bmm(h, weight) if bias is None else torch.baddbmm(bias[:, None], h, weight)
        elif not isinstance(layer, nn.Flatten):
            h = layer(h)
    return h


def _vmapped(net: torch.nn.Module, ndim: int | None = None) -> Forward:
    """Buffers are those of `net` for all models: whoever changes them in training does not come here."""
    from torch.func import functional_call, vmap

    def one(parameters: Stack, x: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = functional_call(net, parameters, (x,))
        return answer

    def every(stack: Stack, x: torch.Tensor) -> torch.Tensor:
        shared = ndim is None or x.ndim == ndim
        answer: torch.Tensor = vmap(one, in_dims=(0, None if shared else 0))(stack, x)
        return answer

    return every


def _depends_on_more(net: torch.nn.Module, x: torch.Tensor) -> str:
    """Told by behaviour: asked twice, asked in other company, and whether anything in it has changed by asking."""
    import torch

    with torch.no_grad():
        net.train()
        kept = {name: b.clone() for name, b in net.named_buffers()}
        first = net(x)
        if any(not torch.equal(b, kept[name]) for name, b in net.named_buffers()):
            return "it changes its buffers in training"
        if not torch.equal(first, net(x)):
            return "it answers at random in training"
        fewer = net(x[: max(len(x) // 2, 2)])
        if not torch.allclose(first[: len(fewer)], fewer, rtol=1e-3, atol=1e-4):
            return "in training it answers an input by the others of its batch"
    return ""
