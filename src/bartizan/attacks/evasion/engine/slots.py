"""The slot machine: a batch of examples, each in a slot with its own start, target and point, takes one run's steps.

One forward pass a step serves the test for success and the gradient. What has succeeded leaves at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bartizan.numerics.losses import best_other, misclassified
from bartizan.numerics.projections import Bounds, Norm

from .cotangents import cotangent
from .jobs import Job
from .model import Logits
from .moves import slope, step, wide

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Ball:
    """Where a search may go. `eps` is already so small that rounding cannot leave the stated ball."""

    norm: Norm
    eps: float
    bounds: Bounds


@dataclass
class Known:
    """What is known of N examples so far, on the device of the model.

    index: their numbers among all examples; x0, y: inputs and true classes;
    won, changed: whether a misclassified point is known, and that point;
    distance: the least first-order distance to a boundary seen, as a share of ε (inf: none seen);
    nearest, gap: the point with the least margin to a boundary and that margin; ranked: other classes by clean logit;
    forwards, backwards: passes spent on each; fell_after: passes until it fell, forward and back together;
    blind: passes in which the gradient was zero or not finite.
    """

    index: torch.Tensor
    x0: torch.Tensor
    y: torch.Tensor
    won: torch.Tensor
    changed: torch.Tensor
    distance: torch.Tensor
    nearest: torch.Tensor
    gap: torch.Tensor
    ranked: torch.Tensor
    forwards: torch.Tensor
    backwards: torch.Tensor
    fell_after: torch.Tensor
    blind: torch.Tensor


@dataclass
class _Slots:
    """Those of a batch still searched for. `row` is the example in `Known`."""

    row: torch.Tensor
    x0: torch.Tensor
    y: torch.Tensor
    x: torch.Tensor
    target: torch.Tensor
    direction: torch.Tensor
    velocity: torch.Tensor

    def keep(self, mask: torch.Tensor) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name)[mask])


def run(job: Job, logits: Logits, known: Known, rows: torch.Tensor, direction: torch.Tensor, ball: Ball) -> None:
    """One run of `job` on the examples `rows`, entered into `known`. `direction` (N×K): of the lead."""
    s = _filled(job, known, rows, direction[rows])
    for k in range(-job.lead, job.steps + 1):
        last = k == job.steps
        g = _pass(job, k, logits, known, s, ball, back=not last)
        if g is None or not len(s.row):
            return
        _move(job, k, s, g, ball)


def _filled(job: Job, known: Known, rows: torch.Tensor, direction: torch.Tensor) -> _Slots:
    import torch

    x0 = known.x0[rows]
    return _Slots(
        row=rows,
        x0=x0,
        y=known.y[rows],
        x=known.nearest[rows] if job.start == "nearest" else x0.clone(),
        target=known.ranked[rows, min(job.target, known.ranked.shape[1] - 1)],
        direction=direction,
        velocity=torch.zeros_like(x0) if job.momentum else torch.zeros(len(rows)),
    )


def _pass(job: Job, k: int, logits: Logits, known: Known, s: _Slots, ball: Ball, *, back: bool) -> torch.Tensor | None:
    """A pass forward, and back if asked, at step `k`; those that fell leave. Returns the gradients of the others."""
    import torch

    with torch.set_grad_enabled(back):
        x = s.x.requires_grad_(back)
        z = logits(x, known.index[s.row])
    seen, s.x = z.detach(), x.detach()
    known.forwards[s.row] += logits.draws
    other = best_other(seen, s.y)
    gap = (seen.gather(1, s.y[:, None]) - seen.gather(1, other[:, None])).squeeze(1)
    won = misclassified(seen, s.y)
    _enter(known, s, won)
    if not back:
        return None
    if bool(won.all()):
        s.keep(~won)
        return None
    early = job.loss == "two_phase" and k < job.steps // 2
    pull = s.direction if k < 0 else cotangent(job.loss, seen, s.y, other, s.target, first_half=early)
    g = torch.autograd.grad(z, x, pull, allow_unused=True)[0] if z.requires_grad else None
    known.backwards[s.row] += logits.draws
    g = torch.zeros_like(s.x) if g is None else g
    steepness = slope(g, ball.norm)
    blind = ~((steepness > 0) & (steepness < torch.inf))
    if bool(blind.any()):
        known.blind[s.row] += blind
        anywhere(g, blind, s.direction)
    if k >= 0 and not early and job.loss in ("margin", "two_phase"):
        _note(known, s, gap, torch.where(blind, 0.0, ball.eps * steepness), won)
    if bool(won.any()):
        s.keep(~won)
        g = g[~won]
    return g


def _enter(known: Known, s: _Slots, won: torch.Tensor) -> None:
    if bool(won.any()):
        rows = s.row[won]
        known.won[rows] = True
        known.changed[rows] = s.x[won]
        known.fell_after[rows] = known.forwards[rows] + known.backwards[rows]


def _note(known: Known, s: _Slots, gap: torch.Tensor, reach: torch.Tensor, won: torch.Tensor) -> None:
    """How near the boundary is by first order, and the nearest point so far: what gates and polishing go by. `reach`
    is what the logits' gap could close by within ε, 0 where nothing is known of it."""
    import torch

    distance = torch.where(reach > 0, gap / reach, torch.inf)
    known.distance[s.row] = torch.minimum(known.distance[s.row], distance)
    nearer = (gap < known.gap[s.row]) & ~won
    rows = s.row[nearer]
    known.gap[rows], known.nearest[rows] = gap[nearer], s.x[nearer]


def _move(job: Job, k: int, s: _Slots, g: torch.Tensor, ball: Ball) -> None:
    """The step that follows pass `k`."""
    share = 1.0 if k < 0 else job.first / 2 * (1 + math.cos(math.pi * k / job.steps))
    if job.momentum and k >= 0:
        mean = g.abs().flatten(1).mean(1).clamp_min(1e-30)
        s.velocity = job.momentum * s.velocity + g / wide(mean, g)
        g = s.velocity
    s.x = step(s.x, s.x0, g, share * ball.eps, ball.eps, ball.norm, ball.bounds)


def anywhere(g: torch.Tensor, blind: torch.Tensor, direction: torch.Tensor) -> None:
    """Where a gradient is zero or not finite, a direction made of the slot's own random numbers takes its place, so
    that it does not depend on the company it keeps."""
    import torch

    phase = direction[blind][:, :2] * 1e3
    at = torch.arange(g[0].numel(), device=g.device, dtype=g.dtype)
    g[blind] = torch.sin(at * (1 + phase[:, :1].abs()) + phase[:, 1:]).reshape(g[blind].shape)
