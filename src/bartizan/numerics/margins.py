"""Maximum margins of a classifier, one a class, and whether one of them stands out from the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

from .holm import holm

if TYPE_CHECKING:
    import torch

FEWEST_CLASSES = 5
EXCESS = 1.2
Margins = NDArray[np.float64]


def class_margins(z: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    """z_c − max over the other classes, N, of logits N×K for the class `c` of each row."""
    own = z.gather(1, c[:, None])[:, 0]
    return own - z.scatter(1, c[:, None], -float("inf")).max(dim=1).values


def maximise_margins(
    logits: Callable[[torch.Tensor], torch.Tensor],
    start: torch.Tensor,
    c: torch.Tensor,
    *,
    bounds: tuple[float, float],
    steps: int,
    rate: float = 0.1,
    momentum: float = 0.9,
) -> torch.Tensor:
    """The points with the largest margin for class `c` met on `steps` steps of projected gradient ascent from `start`.

    Gradients are taken to unit length, with momentum; `rate` is a share of the width of `bounds`.
    Costs one forward and one backward pass a row and step. Wang et al., MM-BD, IEEE S&P 2024, section III.
    """
    import torch

    x, best, record = start, start.clone(), torch.full((len(start),), -float("inf"))
    velocity, width = torch.zeros_like(start), bounds[1] - bounds[0]
    for _ in range(steps):
        x = x.detach().requires_grad_()
        margin = class_margins(logits(x), c)
        better = margin.detach() > record
        best[better], record[better] = x.detach()[better], margin.detach()[better]
        (gradient,) = torch.autograd.grad(margin.sum(), x)
        length = gradient.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, *(1 for _ in x.shape[1:]))
        velocity = momentum * velocity + gradient / length
        x = (x.detach() + rate * width * velocity).clamp(*bounds)
    return best


def outlier_p_values(margins: Margins) -> Margins:
    """For each class the chance that a further class of the others' kind would have a margin so large.

    The margins are taken as a Gamma sample, as in MM-BD. Its cube roots are nearly normal (Wilson and Hilferty 1931),
    and Student's law for a new observation allows for how little a handful of classes says about their law: fitting
    the Gamma and trusting the fit alarms six times as often as it says. With fewer than five classes every p is 1.
    What is usual among the classes of this one model is no null of clean models, which may have an unusual class too:
    these are not false-alarm rates. Wang et al. 2024, section III-C.
    """
    from scipy.special import stdtr

    k = len(margins)
    if k < FEWEST_CLASSES:
        return np.ones(k)
    roots, p = np.cbrt(np.maximum(margins, 0.0)), np.ones(k)
    for c in range(k):
        others = np.delete(roots, c)
        spread = max(float(others.std(ddof=1)), 1e-3 * float(others.mean()), 1e-12)
        p[c] = float(stdtr(k - 2, -(roots[c] - others.mean()) / (spread * np.sqrt(1 + 1 / (k - 1)))))
    return p


def outlying(margins: Margins, alpha: float) -> tuple[NDArray[np.bool_], Margins]:
    """Which classes stand out, and the adjusted p-values: p at most `alpha` and a margin a fifth above all others'."""
    adjusted = holm(outlier_p_values(margins))
    others = np.array([np.delete(margins, c).max() for c in range(len(margins))])
    return (adjusted <= alpha) & (margins > 0) & (margins >= EXCESS * others), adjusted


def random_starts(shape: tuple[int, ...], n: int, bounds: tuple[float, float], seed: int) -> Array:
    """`n` uniform points of the box `bounds`, each of the given shape."""
    return np.random.default_rng(seed).uniform(*bounds, (n, *shape)).astype(np.float32)
