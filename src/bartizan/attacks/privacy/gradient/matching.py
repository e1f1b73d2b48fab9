"""Records whose own gradient is like the one observed, found by descent.

Zhu, Liu and Han, Deep Leakage from Gradients, NeurIPS 2019, with the cosine distance and total variation of Geiping et
al., Inverting Gradients, NeurIPS 2020; several local steps are unrolled, and the descent goes through all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.updates import movement

if TYPE_CHECKING:
    import torch

Movement = list["torch.Tensor"]


def distance(found: Movement, seen: Movement) -> torch.Tensor:
    """1 − the cosine between two movements, all layers together."""
    dot = sum(((a * b).sum() for a, b in zip(found, seen, strict=True)), start=found[0].new_zeros(()))
    one = sum(((a * a).sum() for a in found), start=found[0].new_zeros(())).sqrt()
    two = sum(((b * b).sum() for b in seen), start=found[0].new_zeros(())).sqrt()
    answer: torch.Tensor = 1 - dot / (one * two).clamp_min(1e-30)
    return answer


def pairing(net: torch.nn.Module, seen: Movement, x: Array, y: Labels) -> NDArray[np.int64]:
    """Which of the records x (N×…) goes with each of the classes y (N), so that the gradients of the pairs lie along
    what was seen as far as possible."""
    import torch
    from scipy.optimize import linear_sum_assignment

    known = np.unique(y)
    along = np.zeros((len(x), len(known)))
    for i, record in enumerate(x):
        for j, c in enumerate(known):
            moved = movement(
                net, torch.from_numpy(record[None]), torch.tensor([int(c)]), steps=1, learning_rate=1.0, graph=False
            )
            along[i, j] = -float(distance(moved, seen).detach())
    rows, columns = linear_sum_assignment(-along[:, np.searchsorted(known, y)])
    return np.asarray(rows[np.argsort(columns)], np.int64)


def total_variation(x: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of neighbouring pixels of N×C×H×W; 0 for anything but images."""
    if x.ndim != 4:
        return x.new_zeros(())
    answer: torch.Tensor = x.diff(dim=2).abs().mean() + x.diff(dim=3).abs().mean()
    return answer


def match(
    net: torch.nn.Module,
    seen: Movement,
    start: Array,
    y: torch.Tensor,
    *,
    bounds: tuple[float, float],
    iterations: int,
    smoothness: float,
    steps: int,
    learning_rate: float,
) -> tuple[Array, float]:
    """Records of classes `y` from `start` (N×…), and the cosine distance of what they would have moved. By Adam on the
    signs of the gradient, its rate cut to a tenth at ⅜, ⅝ and ⅞ of the way."""
    import torch

    x = torch.from_numpy(np.ascontiguousarray(start, np.float32)).requires_grad_(True)
    optimiser = torch.optim.Adam([x], lr=0.1 * (bounds[1] - bounds[0]))
    when = [round(iterations * s) for s in (3 / 8, 5 / 8, 7 / 8)]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, when, gamma=0.1)
    best, least = start, float("inf")
    for _ in range(iterations + 1):
        optimiser.zero_grad()
        off = distance(movement(net, x, y, steps=steps, learning_rate=learning_rate, graph=True), seen)
        if float(off.detach()) < least:
            best, least = x.detach().numpy().copy(), float(off.detach())
        (off + smoothness * total_variation(x)).backward()  # type: ignore[no-untyped-call]
        if x.grad is not None:
            x.grad.sign_()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            x.clamp_(*bounds)
    return np.asarray(best, np.float32), least
