"""False alarms: how often a flag is raised on small models that have nothing to hide."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from bartizan.attacks.evasion import robust_accuracy
from bartizan.numerics.intervals import clopper_pearson

from .data import images

EPS = {"fashion": (0.02, 0.05), "mnist": (0.05, 0.15)}
MODELS = 24


def row(n: int = 300) -> dict[str, Any]:
    """Of so many honestly trained models, no two of one shape, seed, data and ε, how many drew a flag."""
    alarms: list[str] = []
    for i in range(MODELS):
        dataset: Any = ("fashion", "mnist")[i % 2]
        eps = EPS[dataset][i // 2 % 2]
        net = _trained(i, dataset)
        x, y = (a[:n] for a in images(dataset, "table"))
        found = robust_accuracy(net, x, y, eps=eps, seed=i)
        alarms += [f"{i} ({dataset}, ε {eps}): {flag.id}" for flag in found.flags]
        print(f"{i:>3} {dataset:<8} ε {eps:<5} {100 * found.value:6.2f} % robust {found.reliability}", flush=True)
    wrong = len({a.split()[0] for a in alarms})
    low, high = clopper_pearson(wrong, MODELS)
    print(f"{wrong} of {MODELS} models drew a flag (95 % interval {low:.1%} to {high:.1%})", *alarms, sep="\n")
    return {"models": MODELS, "n": n, "flagged": wrong, "low": low, "high": high, "alarms": alarms}


def _trained(i: int, dataset: Any) -> nn.Module:
    """A net of one of six shapes, after a short training on 4,000 images."""
    torch.manual_seed(1000 + i)
    width = (16, 24, 32)[i // 4 % 3]
    convolutional: list[nn.Module] = [
        nn.Conv2d(1, width // 2, 4, stride=2, padding=1), nn.GELU() if i % 3 else nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(width // 2 * 49, 10),
    ]  # fmt: skip
    dense: list[nn.Module] = [nn.Flatten(), nn.Linear(784, 4 * width), nn.ReLU(), nn.Linear(4 * width, 10)]
    net = nn.Sequential(*(dense if i // 2 % 2 else convolutional))
    x, y = (torch.from_numpy(a[:4000].copy()) for a in images(dataset, "train"))
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(4):
        for batch in torch.randperm(len(y)).split(64):
            optimiser.zero_grad()
            F.cross_entropy(net(x[batch]), y[batch]).backward()
            optimiser.step()
    return net.eval().requires_grad_(False)
