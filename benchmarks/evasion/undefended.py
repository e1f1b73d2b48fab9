"""Undefended models at the radii where a hundred steps of APGD leave 50, 20 and 5 per cent standing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from . import fixed
from .boundary import fell
from .data import Part, images
from .fixed import PLANS
from .models import entry, model
from .peers import PEERS

SHARES = (0.5, 0.2, 0.05)
APGD = next(p for p in PEERS if p.name == "APGD-CE 100" and p.package == "adv-lib")


def rows(name: str, share: float, part: Part, n: int, seeds: int, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Ours and APGD-CE 100 where the latter leaves `share`."""
    eps = radius(name, share)
    for attack in (*(f"Bartizan {plan}" for plan in PLANS), f"{APGD.name} ({APGD.package})"):
        for row in fixed.rows(name, attack, part, n, seeds, eps=eps, device=device):
            yield {**row, "apgd_leaves": share}


def radius(name: str, share: float, n: int = 300) -> float:
    """The ε at which APGD-CE 100 leaves `share` of `n` tuning images standing, by bisection to 2 %."""
    net = model(name)
    x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(entry(name).dataset, "tuning"))
    low, high = 0.0, 0.3
    while high - low > 0.02 * high:
        middle = (low + high) / 2
        down, _ = fell(net, x, y, APGD.run(net, x, y, middle, 0, "linf"), middle)
        low, high = (middle, high) if 1 - down.mean() > share else (low, middle)
    return round(high, 4)
