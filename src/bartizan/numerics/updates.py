"""What a party of a federated training sends: how far its own records move the shared weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels

if TYPE_CHECKING:
    import torch


def movement(
    net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, *, steps: int, learning_rate: float, graph: bool
) -> list[torch.Tensor]:
    """(weights before − weights after) / learning rate, of `steps` steps of plain gradient descent on the mean
    cross-entropy of all of (x, y): the gradient itself for one step. Differentiable in `x` with `graph`."""
    import torch
    from torch.func import functional_call

    start = {n: p.detach().requires_grad_(True) for n, p in net.named_parameters()}
    now = dict(start)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(functional_call(net, now, (x,)), y)
        gradients = torch.autograd.grad(loss, list(now.values()), create_graph=graph)
        now = {n: p - learning_rate * g for (n, p), g in zip(now.items(), gradients, strict=True)}
    return [(start[n] - now[n]) / learning_rate for n in start]


def update_of(
    net: torch.nn.Module, x: Array, y: Labels, *, steps: int, learning_rate: float
) -> dict[str, NDArray[np.float32]]:
    """The same by parameter name, as arrays."""
    import torch

    moved = movement(
        net, torch.from_numpy(x), torch.from_numpy(y), steps=steps, learning_rate=learning_rate, graph=False
    )
    names = [n for n, _ in net.named_parameters()]
    return {n: m.detach().numpy().copy() for n, m in zip(names, moved, strict=True)}
