"""One model by the recipe with torch's own optimisers: what the stacked training must equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .recipe import Recipe

if TYPE_CHECKING:
    import torch


def initial(recipe: Recipe, seed: int) -> torch.nn.Module:
    """A network as its `build` makes it under `seed`."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return recipe.build()


def train_one(
    recipe: Recipe,
    x: torch.Tensor,
    y: torch.Tensor,
    rows: Iterator[NDArray[np.int64]],
    steps: int,
    seed: int,
) -> torch.nn.Module:
    """The trained network, in evaluation mode, on the device of `x`; rows: of each of so many batches."""
    import torch
    from torch.nn.functional import cross_entropy

    net = initial(recipe, seed).to(x.device).train()
    inner = optimiser(recipe, net.parameters())
    torch.manual_seed(seed)
    for step, chosen in enumerate(rows):
        batch = torch.from_numpy(chosen).to(x.device)
        for group in inner.param_groups:
            group["lr"] = recipe.rate_at(step, steps)
        inner.zero_grad()
        cross_entropy(net(x[batch]), y[batch], label_smoothing=recipe.smoothing).backward()  # type: ignore[no-untyped-call]
        inner.step()
    return net.eval()


def optimiser(recipe: Recipe, parameters: Any, *, fused: bool | None = None) -> torch.optim.Optimizer:
    """torch's optimiser of the recipe; parameters: anything it takes."""
    import torch

    if recipe.optimiser == "adam":
        return torch.optim.Adam(parameters, lr=recipe.rate, weight_decay=recipe.decay, fused=fused)
    return torch.optim.SGD(parameters, lr=recipe.rate, momentum=recipe.momentum, weight_decay=recipe.decay, fused=fused)
