"""The models that are stolen, and what a thief owns: Fashion-MNIST, see `evasion.data`.

Targets are trained on the first 20,000 training images, the thief's pool are 15,000 of the others. Selection, rate and
temperature of ours were chosen on the images `tuning`, at half their resolution or on another target; published are the
images 0 … 4,999 of the test set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from evasion.data import images
from evasion.models import cnn, mlp
from numpy.typing import NDArray
from torch import nn

TARGETS: dict[str, Callable[[], nn.Module]] = {"fashion-cnn": cnn, "fashion-mlp": mlp}
Pairs = tuple[NDArray[np.float32], NDArray[np.int64]]


def pool() -> Pairs:
    """The thief's own images."""
    x, y = images("fashion", "train")
    return x[30_000:45_000], y[30_000:45_000]


def judged() -> Pairs:
    """What fidelity is measured on."""
    x, y = images("fashion", "streaming")
    return x[:5000], y[:5000]


@cache
def target(name: str, seed: int, device: str) -> nn.Module:
    """Trained for ten epochs; kept for the rows that share it."""
    torch.manual_seed(seed)
    x, y = (torch.from_numpy(a[:20_000].copy()).to(device) for a in images("fashion", "train"))
    net = TARGETS[name]().to(device)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(10):
        for rows in torch.randperm(len(y)).split(128):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x[rows.to(device)]), y[rows.to(device)]).backward()
            optimiser.step()
    return net.eval().requires_grad_(False)


def thief(seed: int) -> nn.Module:
    """The network of every copy, ours and peers': the weights it starts from hang on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return cnn()
