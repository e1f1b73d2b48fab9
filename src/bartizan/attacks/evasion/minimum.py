"""The smallest perturbation that changes the decision, for every example, without being told a radius.

After Pintor et al., Fast minimum-norm adversarial attacks through adaptive norm constraints, NeurIPS 2021,
arXiv:2102.12827: each example carries its own ε, which shrinks while it is misclassified and grows while it is not.
What differs: steps are a share of ε in the geometry of the norm, so that neither needs tuning by data set; and each
example sets out from itself for the class whose boundary is nearest by first order (Moosavi-Dezfooli, Fawzi and
Frossard, DeepFool, CVPR 2016, arXiv:1511.04599), which need not be the class with the next highest logit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics import losses
from bartizan.numerics.projections import Norm, project

from .gradients import pull_back, steepest

if TYPE_CHECKING:
    import torch

Rows = NDArray[np.int64]
DUAL = {"linf": 1.0, "l2": 2.0}
CANDIDATES = 9
"""Classes among which the nearest is looked for: those with the highest logits."""
PATIENCE = 1 / 3
"""Share of the steps after which an example that has not been misclassified yet returns to its known success."""


def minimum_norm(
    logits: Callable[[torch.Tensor, Rows], torch.Tensor],
    x0: torch.Tensor,
    y: torch.Tensor,
    rows: Rows,
    *,
    norm: Norm,
    bounds: tuple[float, float],
    steps: int,
    known: torch.Tensor,
    known_size: torch.Tensor,
    generator: torch.Generator,
    able: Callable[[Rows], NDArray[np.bool_]] = lambda rows: np.ones(len(rows), np.bool_),
) -> tuple[torch.Tensor, torch.Tensor]:
    """Misclassified inputs near `x0` and their sizes (inf where none was found), after `steps` passes.

    known, known_size: successes to improve upon (`known_size` inf where there is none, `known` is then ignored).
    """
    import torch

    best, best_size = known.clone(), known_size.clone()
    widest = (bounds[1] - bounds[0]) * (1.0 if norm == "linf" else x0[0].numel() ** 0.5)
    x, eps, aim = x0.clone(), best_size.clone(), y.clone()
    found = torch.zeros(len(x0), dtype=torch.bool)
    live = torch.arange(len(x0))
    for k in range(steps):
        live = live[torch.from_numpy(able(rows[live.numpy()]))]
        if not len(live):
            break
        if k == math.ceil(PATIENCE * steps):
            back = ~found & torch.isfinite(best_size)
            x[back], found[back] = best[back], True
        here = x[live].detach().requires_grad_(True)
        z = logits(here, rows[live.numpy()])
        seen = z.detach()
        if k == 0:
            aim[live] = nearest_class(z, here, y[live], norm)
        gap, cotangent = _losses(seen, y[live], aim[live], found[live])
        g, _ = pull_back(z, here, cotangent)
        won = losses.misclassified(seen, y[live])
        size = _size(x[live] - x0[live], norm)
        better = won & (size < best_size[live])
        best[live[better]], best_size[live[better]] = x[live[better]], size[better]
        found[live] |= won
        cosine = (1 + math.cos(math.pi * k / steps)) / 2
        rate, most = 0.02 + 0.18 * cosine, best_size[live].clamp_max(widest)
        eps[live] = _radius(won, found[live], eps[live], size, most, gap, g, norm, rate)
        step = _wide(eps[live], x0) * (0.05 + 0.95 * cosine)
        moved = x[live] + step * steepest(g, norm, generator)
        x[live] = project(moved, x0[live], norm, _wide(eps[live], x0), bounds)
    return best, best_size


def nearest_class(z: torch.Tensor, x: torch.Tensor, y: torch.Tensor, norm: Norm) -> torch.Tensor:
    """For each row the class whose boundary is nearest by first order, among the likeliest; z: the logits of `x`."""
    import torch

    seen = z.detach()
    likeliest = seen.scatter(1, y[:, None], float("-inf")).argsort(1, descending=True)
    likeliest = likeliest[:, : min(CANDIDATES, seen.shape[1] - 1)]
    distance = torch.zeros(likeliest.shape)
    for j in range(likeliest.shape[1]):
        gap, cotangent = losses.targeted(seen, y, torch.ones(len(y), 1), likeliest[:, j])
        g, _ = pull_back(z, x, cotangent, again=True)
        distance[:, j] = -gap / _slope(g, norm)
    return likeliest.gather(1, distance.argmin(1, keepdim=True)).squeeze(1)


def _losses(
    z: torch.Tensor, y: torch.Tensor, aim: torch.Tensor, found: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The margin against the class aimed at until the first success, against the best other one from then on."""
    import torch

    one = torch.ones(len(y), 1)
    (near, pull), (gap, cotangent) = losses.targeted(z, y, one, aim), losses.margin(z, y, one)
    return torch.where(found, gap, near), torch.where(found[:, None], cotangent, pull)


def _radius(
    won: torch.Tensor,
    found: torch.Tensor,
    eps: torch.Tensor,
    size: torch.Tensor,
    best_size: torch.Tensor,
    gap: torch.Tensor,
    g: torch.Tensor,
    norm: str,
    rate: float,
) -> torch.Tensor:
    """The next ε: below the best while misclassified, above it while not; by first order before the first success.
    `best_size` may be a bound on what makes sense where no success is known."""
    import torch

    guess = torch.minimum(size + 1.05 * gap.abs() / _slope(g, norm), best_size)
    grown = torch.minimum(eps * (1 + rate), best_size * (1 - rate / 4))
    return torch.where(won, torch.minimum(size, best_size) * (1 - rate), torch.where(found, grown, guess))


def _slope(g: torch.Tensor, norm: str) -> torch.Tensor:
    length: torch.Tensor = g.flatten(1).norm(p=DUAL[norm], dim=1)
    return length.clamp_min(1e-12)


def _size(delta: torch.Tensor, norm: str) -> torch.Tensor:
    flat = delta.flatten(1)
    return flat.abs().amax(1) if norm == "linf" else flat.square().sum(1).sqrt()


def _wide(per_row: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return per_row.reshape(-1, *[1] * (like.ndim - 1))
