"""The runs that look for the smallest change: within a radius that follows success, along the boundary, value by value.

Each takes a number of passes forward and back and leaves what it found in `Smallest`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bartizan.numerics.halfspace import nearest_gain

from .moves import slope, step, wide
from .shrinking import Seen, Slots, Smallest, Terms, length, look

if TYPE_CHECKING:
    import torch

BEYOND = 1.05
"""How far beyond the boundary that first order predicts a first radius reaches."""
FASTEST, SLOWEST = 0.2, 0.02
"""By which share a radius shrinks or grows a step, at the start and the end of a run."""


def ball_run(terms: Terms, known: Smallest, steps: int, *, again: bool) -> None:
    """Climb within a radius of each example's own, which shrinks below every success and grows where there is none.

    After Pintor et al., Fast minimum-norm adversarial attacks, NeurIPS 2021, arXiv:2102.12827, with steps that are a
    share of the radius in the geometry of the norm. again: a second run, which starts a little below what is known and
    first pushes the true class down, so that it sets out for other boundaries than the first.
    """
    import torch

    s = Slots.fill(known, terms.goal)
    most = _widest(terms, s.x0)
    for k in range(steps):
        early = again and k < steps / 2
        seen = look(terms, known, s, ~s.hit if early else None)
        if seen is None:
            return
        cosine = _cosine(k, steps)
        rate = SLOWEST + (FASTEST - SLOWEST) * cosine
        if again and k == 0:
            s.eps = torch.where(torch.isfinite(s.eps), s.eps * 0.95, seen.gap / _slope(seen, terms) * 2)
        s.eps = (_later if again else _first)(terms, s, seen, rate).clamp_max(most)
        size = s.eps * (2.0 if again else 1.0) * (0.02 + 0.98 * cosine)
        s.x = step(s.x, s.x0, seen.g, size, s.eps, terms.norm, terms.bounds)


def boundary_run(terms: Terms, known: Smallest, steps: int, *, share: float, beyond: float, memory: float) -> None:
    """From the best point known: go `share` of the way to the nearest point behind the boundary as it looks from here.

    The boundary is taken as flat; from inside, the aim is `beyond` (a share of the way, less and less) behind it, and
    where nothing was ever found more and more. Half ways and a `memory` of gradients average over a rugged boundary;
    whole ways end on its corners.
    """
    import torch

    s = Slots.fill(known, terms.goal, from_best=True)
    for k in range(steps):
        seen = look(terms, known, s)
        if seen is None:
            return
        cosine = _cosine(k, steps)
        grown = min(beyond * 2.0**k, 1e6)
        extra = torch.where(torch.isfinite(seen.best), beyond * (0.02 + 0.98 * cosine), grown) * ~seen.wrong
        s.memory = torch.lerp(seen.g, s.memory, memory) if k else seen.g
        gain = (seen.gap + (s.memory * (s.x - s.x0)).flatten(1).sum(1)) * (1 + extra)
        aim = s.x0 + nearest_gain(s.x0, s.memory, gain, terms.norm, terms.bounds)
        far = torch.where(torch.isfinite(seen.best), share * (0.1 + 0.9 * cosine), 1.0)
        s.x = torch.lerp(s.x, aim, wide(far, s.x)).clamp(*terms.bounds)


def sparse_run(terms: Terms, known: Smallest, steps: int, *, down: bool, memory: float) -> None:
    """Few values, each pushed all the way: those that promise most by a running average of gradients.

    How many follows success as a radius does. `memory`: of the average. down: first push the true class down.
    """
    import torch

    s = Slots.fill(known, terms.goal)
    most = s.x0[0].numel() if len(s.row) else 1
    for k in range(steps):
        seen = look(terms, known, s, ~s.hit if down and k < steps / 2 else None)
        if seen is None:
            return
        kept = min(memory, k / (k + 1))
        s.memory = kept * s.memory + (1 - kept) * seen.g / wide(slope(seen.g, "l2"), seen.g)
        rate = SLOWEST + (1.5 * FASTEST - SLOWEST) * _cosine(k, steps)
        s.eps = _first_count(terms, s, seen) if k == 0 else _next_count(s, seen, rate)
        s.eps = torch.minimum(s.eps, seen.best - 1).clamp(max(1.0, terms.goal), most)
        s.x = pushed(s.x0, s.memory, s.eps, terms)


def pushed(x0: torch.Tensor, g: torch.Tensor, count: torch.Tensor, terms: Terms) -> torch.Tensor:
    """`x0` with the `count` (N) values that promise most by `g` moved to the end of their range."""
    import torch

    slope_, flat = g.flatten(1), x0.flatten(1)
    end = torch.where(slope_ > 0, terms.bounds[1], terms.bounds[0]).to(flat.dtype)
    rank = (slope_ * (end - flat)).argsort(1, descending=True).argsort(1)
    return torch.where(rank < count[:, None], end, flat).reshape(x0.shape)


def _first(terms: Terms, s: Slots, seen: Seen, rate: float) -> torch.Tensor:
    """By first order until something is found, then around the best."""
    import torch

    guess = torch.minimum(seen.size + BEYOND * seen.gap.abs() / _slope(seen, terms), seen.best)
    return torch.where(torch.isfinite(seen.best) & s.hit, _around(s, seen, rate), guess)


def _later(terms: Terms, s: Slots, seen: Seen, rate: float) -> torch.Tensor:
    """Below the best known, growing slowly until this run finds something too; doubling where nothing is known."""
    import torch

    slowly = torch.minimum(s.eps * (1 + rate / 2), seen.best * (1 - rate / 8))
    slowly = torch.where(torch.isfinite(seen.best), slowly, 2 * s.eps)
    return torch.where(s.hit, _around(s, seen, rate), slowly)


def _around(s: Slots, seen: Seen, rate: float) -> torch.Tensor:
    import torch

    less = torch.minimum(seen.size, seen.best) * (1 - rate)
    return torch.where(seen.wrong, less, torch.minimum(s.eps * (1 + rate), seen.best * (1 - rate / 4)))


def _first_count(terms: Terms, s: Slots, seen: Seen) -> torch.Tensor:
    import torch

    by_first_order = length(nearest_gain(s.x0, seen.g, seen.gap, "l0", terms.bounds), "l0")
    below = (seen.best * (1 - 1.5 * FASTEST)).floor()
    return torch.minimum((1.5 * by_first_order).ceil(), below)


def _next_count(s: Slots, seen: Seen, rate: float) -> torch.Tensor:
    import torch

    least = torch.minimum(s.eps, seen.best)
    fewer = torch.minimum(least - 1, (least * (1 - rate)).floor())
    more = torch.maximum(s.eps + 1, (s.eps * (1 + rate)).floor())
    more = torch.where(torch.isfinite(seen.best), more, 2 * s.eps)
    return torch.where(seen.wrong, fewer, more)


def _slope(seen: Seen, terms: Terms) -> torch.Tensor:
    return slope(seen.g, terms.norm).clamp_min(1e-30)


def _widest(terms: Terms, x0: torch.Tensor) -> float:
    """The largest distance there is in the box."""
    n = int(x0[0].numel()) if len(x0) else 1
    return terms.width * float({"linf": 1.0, "l2": n**0.5, "l1": n}[terms.norm])


def _cosine(k: int, steps: int) -> float:
    return (1 + math.cos(math.pi * k / steps)) / 2
