"""Undefended models at the radii where a hundred steps of APGD leave 50, 20 and 5 per cent standing."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from .boundary import fell
from .data import Part, images
from .fixed import on_model
from .models import entry, model
from .peers import PEERS

SHARES = (0.5, 0.2, 0.05)
APGD = next(p for p in PEERS if p.name == "APGD-CE 100" and p.package == "adv-lib")


def rows(names: list[str], part: Part, n: int, seeds: int) -> list[dict[str, Any]]:
    """Ours and APGD-CE 100 at three radii, for models without a defence (nothing for others)."""
    found = []
    for name in names:
        if entry(name).recipe != "standard":
            continue
        x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(entry(name).dataset, part))
        for share in SHARES:
            eps = radius(name, share)
            for row in on_model(name, x, y, eps, seeds, peers=(APGD,)):
                found.append({**row, "apgd_leaves": share})
    return found


def radius(name: str, share: float, n: int = 300) -> float:
    """The ε at which APGD-CE 100 leaves `share` of `n` tuning images standing, by bisection to 2 %."""
    net = model(name)
    x, y = (torch.from_numpy(np.ascontiguousarray(a[:n])) for a in images(entry(name).dataset, "tuning"))
    low, high = 0.0, 0.3
    while high - low > 0.02 * high:
        middle = (low + high) / 2
        down, _ = fell(net, x, y, APGD.run(net, x, y, middle, 0), middle)
        low, high = (middle, high) if 1 - down.mean() > share else (low, middle)
    return round(high, 4)
