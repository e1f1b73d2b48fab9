"""Minimum norm: the size of the smallest change found, ours against peers at the same number of steps.

Every attack gets 100 steps forward and back and only images that the model reads rightly. What it hands over is checked
here, in float64 and with a pass of its own: inputs outside the box or not misclassified count as failures, of size ∞.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bartizan.attacks.evasion import minimum_norm
from bartizan.numerics.projections import size_of

from .boundary import ROUNDING, Counted
from .data import Part, images
from .minimum_peers import STEPS, Peer, peers
from .models import entry, model

NORMS = ("linf", "l2", "l1", "l0")
Row = dict[str, Any]


def attacks(norm: str) -> list[Peer]:
    """All that minimise `norm`, ours first."""
    return [OURS, *peers(norm)]


def rows(name: str, norm: str, attack: str, part: Part, n: int, seeds: int) -> Iterator[Row]:
    """One row a seed, on the first `n` images of `part` that the model reads rightly. attack: see `Peer.full_name`.

    median: of the sizes, ∞ for a failure; mean: of the successes; success: share with a valid misclassified input;
    forwards, backwards: passes an image, our referee's included; invalid: inputs outside the box.
    """
    net = model(name)
    x, y = _right(net, *images(entry(name).dataset, part), n)
    runs = next(a for a in attacks(norm) if a.full_name == attack)
    for seed in range(min(seeds, runs.seeds)):
        yield _row(name, norm, runs, seed, net, x, y)


def _ours(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: Any, seed: int) -> torch.Tensor:
    return torch.from_numpy(minimum_norm(net, x, y, norm=norm, steps=STEPS, seed=seed, checks=False).adversarial)


OURS = Peer("minimum_norm", "bartizan", NORMS, f"{STEPS} steps", _ours, seeds=3)


def _right(
    net: torch.nn.Module, x: NDArray[np.float32], y: NDArray[np.int64], n: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    with torch.no_grad():
        said = torch.cat([net(p) for p in torch.from_numpy(x).split(256)]).argmax(1).numpy()
    right = np.flatnonzero(said == y)[:n]
    return x[right], y[right]


def _row(
    name: str, norm: str, attack: Peer, seed: int, net: torch.nn.Module, x: NDArray[np.float32], y: NDArray[np.int64]
) -> Row:
    torch.manual_seed(seed)
    counted = Counted(net)
    given = attack.run(counted, torch.from_numpy(x.copy()), torch.from_numpy(y.copy()), norm, seed)
    sizes, invalid = judged(net, x, y, given.detach().numpy(), norm)
    found = sizes[np.isfinite(sizes)]
    return {
        "model": name, "norm": norm, "attack": attack.name, "package": attack.package, "settings": attack.settings,
        "seed": seed, "n": len(x), "median": float(np.median(sizes)), "success": len(found) / len(x),
        "mean": float(found.mean()) if len(found) else None, "forwards": counted.count(back=False) / len(x),
        "backwards": counted.count(back=True) / len(x), "invalid": invalid,
    }  # fmt: skip


def judged(
    net: torch.nn.Module, x: NDArray[np.float32], y: NDArray[np.int64], given: NDArray[np.float32], norm: Any
) -> tuple[NDArray[np.float64], int]:
    """Size of each change, ∞ where the input is outside the box or read rightly, and how many are outside.

    What is outside by no more than the rounding of x0 + δ is clipped and not held against an attack.
    """
    flat = given.reshape(len(given), -1)
    inside = np.isfinite(flat).all(1) & (flat >= -ROUNDING).all(1) & (flat <= 1 + ROUNDING).all(1)
    clipped = given.clip(0, 1)
    with torch.no_grad():
        said = torch.cat([net(p) for p in torch.from_numpy(clipped).split(256)]).argmax(1).numpy()
    sizes = size_of(clipped.astype(np.float64) - x, norm)
    return np.where(inside & (said != y), sizes, np.inf), int((~inside).sum())
