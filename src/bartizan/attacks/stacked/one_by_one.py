"""One model by the recipe with torch's own optimisers: what the stacked training must equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    optimiser = _optimiser(recipe, net)
    torch.manual_seed(seed)
    for step, chosen in enumerate(rows):
        batch = torch.from_numpy(chosen).to(x.device)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate_at(step, steps)
        optimiser.zero_grad()
        cross_entropy(net(x[batch]), y[batch], label_smoothing=recipe.smoothing).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return net.eval()


def _optimiser(recipe: Recipe, net: torch.nn.Module) -> torch.optim.Optimizer:
    import torch

    if recipe.optimiser == "adam":
        return torch.optim.Adam(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    return torch.optim.SGD(net.parameters(), lr=recipe.rate, momentum=recipe.momentum, weight_decay=recipe.decay)
