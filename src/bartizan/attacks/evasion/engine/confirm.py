"""The referee's last word on what a search hands over: every claimed input is asked again, alone with the facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm, size_of

from .model import Logits

if TYPE_CHECKING:
    import torch

ROUNDING = 1e-6
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Confirmed:
    """For each of N examples: whether its claimed input is valid and misclassified; whether it was claimed and is
    invalid (outside the box or, reckoned in float64, outside the ball); and the class of the input (−1: not asked)."""

    fell: Mask
    invalid: Mask
    classes: Labels


def confirmed(
    logits: Logits,
    x0: Array,
    y: Labels,
    changed: Array,
    claimed: Mask,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    device: str = "cpu",
    batch: int = 256,
) -> Confirmed:
    """Ask again, in float32, about the inputs `changed` (N×…) that are `claimed` to be successes."""
    fine, classes = np.zeros(len(x0), np.bool_), np.full(len(x0), -1, np.int64)
    rows = np.flatnonzero(claimed)
    for i in range(0, len(rows), batch):
        of = rows[i : i + batch]
        fine[of] = inside(changed[of], x0[of], norm, eps, bounds)
        classes[of] = _classes(logits, changed[of], device)
    return Confirmed(claimed & fine & (classes != y), claimed & ~fine, classes)


def inside(x: Array, x0: Array, norm: Norm, eps: float, bounds: Bounds) -> Mask:
    """Which rows lie in the box and the ball. What was not changed at all is always inside."""
    flat = x.reshape(len(x), int(np.prod(x.shape[1:])))
    low, high = (np.float32(b) for b in bounds)
    box = np.isfinite(flat).all(axis=1) & (flat >= low).all(axis=1) & (flat <= high).all(axis=1)
    size = size_of(x.astype(np.float64) - x0, norm)
    return np.asarray((box & (size <= eps * (1 + ROUNDING))) | (size == 0))


def _classes(logits: Logits, x: Array, device: str) -> Labels:
    import torch

    with torch.no_grad():
        z: torch.Tensor = logits(torch.from_numpy(np.ascontiguousarray(x)).to(device))
    return np.asarray(z.argmax(1).cpu().numpy(), np.int64)
