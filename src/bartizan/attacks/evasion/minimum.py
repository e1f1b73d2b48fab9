"""The smallest perturbation that changes the decision, for every example, without being told a radius.

After Pintor et al., Fast minimum-norm adversarial attacks through adaptive norm constraints, NeurIPS 2021,
arXiv:2102.12827: each example carries its own ε, which shrinks while it is misclassified and grows while it is not.
What differs: steps are a share of ε in the geometry of the norm, so that neither needs tuning by data set.
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

    known, known_size: successes to start from (`known_size` inf where there is none, `known` is then ignored).
    """
    import torch

    best, best_size = known.clone(), known_size.clone()
    found = torch.isfinite(best_size)
    x = torch.where(_wide(found, x0), known, x0)
    eps = best_size.clone()
    live = torch.arange(len(x0))
    for k in range(steps):
        live = live[torch.from_numpy(able(rows[live.numpy()]))]
        if not len(live):
            break
        here = x[live].detach().requires_grad_(True)
        z = logits(here, rows[live.numpy()])
        seen = z.detach()
        gap, cotangent = losses.margin(seen, y[live], torch.ones(len(live), 1))
        g, _ = pull_back(z, here, cotangent)
        won = losses.misclassified(seen, y[live])
        size = _size(x[live] - x0[live], norm)
        better = won & (size < best_size[live])
        best[live[better]], best_size[live[better]] = x[live[better]], size[better]
        found[live] |= won
        cosine = (1 + math.cos(math.pi * k / steps)) / 2
        eps[live] = _radius(won, found[live], eps[live], size, best_size[live], gap, g, norm, 0.02 + 0.18 * cosine)
        step = _wide(eps[live], x0) * (0.05 + 0.95 * cosine)
        moved = x[live] + step * steepest(g, norm, generator)
        x[live] = project(moved, x0[live], norm, _wide(eps[live], x0), bounds)
    return best, best_size


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
    """The next ε: below the best while misclassified, above it while not; by first order before the first success."""
    import torch

    slope = g.flatten(1).norm(p=DUAL[norm], dim=1).clamp_min(1e-12)
    guess = size + 1.05 * gap.abs() / slope
    grown = torch.minimum(eps * (1 + rate), best_size * (1 - rate / 4))
    return torch.where(won, torch.minimum(size, best_size) * (1 - rate), torch.where(found, grown, guess))


def _size(delta: torch.Tensor, norm: str) -> torch.Tensor:
    flat = delta.flatten(1)
    return flat.abs().amax(1) if norm == "linf" else flat.square().sum(1).sqrt()


def _wide(per_row: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return per_row.reshape(-1, *[1] * (like.ndim - 1))
