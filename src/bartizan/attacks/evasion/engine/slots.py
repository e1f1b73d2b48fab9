"""The slot machine: a batch of examples, each in a slot with its own start, target and point, takes one run's steps.

One forward pass a step serves the test for success and the gradient. What has succeeded leaves at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bartizan.numerics.losses import standing
from bartizan.numerics.projections import Bounds, Norm

from .cotangents import cotangent
from .jobs import Job
from .model import Logits
from .moves import between, slope, step, walls, wide

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
    """Those of a batch still searched for. `row` is the example in `Known`.

    low, high: the walls of ball and box around each input, for L∞, where they are the same at every step.
    distance, gap, nearest: as in `Known`, so far.
    """

    row: torch.Tensor
    x0: torch.Tensor
    y: torch.Tensor
    x: torch.Tensor
    target: torch.Tensor
    direction: torch.Tensor
    distance: torch.Tensor
    gap: torch.Tensor
    nearest: torch.Tensor
    velocity: torch.Tensor | None = None
    low: torch.Tensor | None = None
    high: torch.Tensor | None = None

    def keep(self, at: torch.Tensor) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if value is not None:
                setattr(self, f.name, value[at])


def run(job: Job, logits: Logits, known: Known, rows: torch.Tensor, direction: torch.Tensor, ball: Ball) -> None:
    """One run of `job` on the examples `rows`, entered into `known`. `direction` (N×K): of the lead."""
    s = _filled(job, known, rows, direction[rows], ball)
    for k in range(-job.lead, job.steps + 1):
        g = _pass(job, k, logits, known, s, ball, back=k < job.steps)
        if g is None:
            return
        _move(job, k, s, g, ball)


def _filled(job: Job, known: Known, rows: torch.Tensor, direction: torch.Tensor, ball: Ball) -> _Slots:
    import torch

    x0, nearest = known.x0[rows], known.nearest[rows]
    low, high = walls(x0, ball.eps, ball.bounds) if ball.norm == "linf" else (None, None)
    return _Slots(
        row=rows, x0=x0, y=known.y[rows], x=nearest.clone() if job.start == "nearest" else x0.clone(),
        target=known.ranked[rows, min(job.target, known.ranked.shape[1] - 1)], direction=direction,
        distance=known.distance[rows], gap=known.gap[rows], nearest=nearest,
        velocity=torch.zeros_like(x0) if job.momentum else None, low=low, high=high,
    )  # fmt: skip


def _pass(job: Job, k: int, logits: Logits, known: Known, s: _Slots, ball: Ball, *, back: bool) -> torch.Tensor | None:
    """A pass forward, and back if asked, at step `k`; those that fell leave. Returns the gradients of the others, or
    nothing when the run is over."""
    import torch

    with torch.set_grad_enabled(back):
        x = s.x.requires_grad_(back)
        z = logits(x, known.index[s.row] if logits.metered else None)
    seen, s.x = z.detach(), x.detach()
    other, gap, won = standing(seen, s.y)
    fallen, before = int(won.sum()), k + job.lead
    left, gone = _parted(won, fallen)
    if fallen:
        _fall(known, s, gone, (2 * before + 1) * logits.draws)
    if not back or fallen == len(won):
        _leave(known, s, slice(None), (before + 1) * logits.draws, before * logits.draws)
        return None
    early = job.loss == "two_phase" and k < job.steps // 2
    pull = s.direction if k < 0 else cotangent(job.loss, seen, s.y, other, s.target, first_half=early)
    g = torch.autograd.grad(z, x, pull, allow_unused=True)[0] if z.requires_grad else None
    g = torch.zeros_like(s.x) if g is None else g
    steepness = slope(g, ball.norm)
    blind = ~((steepness > 0) & (steepness < torch.inf))
    if bool(blind.any()):
        known.blind[s.row] += blind
        anywhere(g, blind, s.direction)
    if k >= 0 and not early and job.loss in ("margin", "two_phase"):
        _note(s, -gap, torch.where(blind, 0.0, ball.eps * steepness), won)
    if fallen:
        _leave(known, s, gone, (before + 1) * logits.draws, (before + 1) * logits.draws)
        s.keep(left)
        g = g[left]
    return g


def _parted(won: torch.Tensor, fallen: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Positions of those that stand and of the `fallen`, each in order. By positions, since a GPU would have to be
    waited for at each use of a mask."""
    import torch

    order = won.argsort(stable=True) if fallen else torch.arange(len(won), device=won.device)
    return order[: len(won) - fallen], order[len(won) - fallen :]


def _fall(known: Known, s: _Slots, gone: torch.Tensor, passes: int) -> None:
    """Enter a success, `passes` of this run after the ones before it."""
    rows = s.row[gone]
    known.won[rows] = True
    known.changed[rows] = s.x[gone]
    known.fell_after[rows] = known.forwards[rows] + known.backwards[rows] + passes


def _leave(known: Known, s: _Slots, which: torch.Tensor | slice, forwards: int, backwards: int) -> None:
    """Enter what `which` of the slots have seen and spent in this run."""
    rows = s.row[which]
    known.distance[rows], known.gap[rows], known.nearest[rows] = s.distance[which], s.gap[which], s.nearest[which]
    known.forwards[rows] += forwards
    known.backwards[rows] += backwards


def _note(s: _Slots, gap: torch.Tensor, reach: torch.Tensor, won: torch.Tensor) -> None:
    """How near the boundary is by first order, and the nearest point so far: what gates and polishing go by. `reach`
    is what the logits' gap could close by within ε, 0 where nothing is known of it."""
    import torch

    s.distance = torch.minimum(s.distance, torch.where(reach > 0, gap / reach, torch.inf))
    nearer = (gap < s.gap) & ~won
    s.gap = torch.where(nearer, gap, s.gap)
    s.nearest = torch.where(wide(nearer, s.x), s.x, s.nearest)


def _move(job: Job, k: int, s: _Slots, g: torch.Tensor, ball: Ball) -> None:
    """The step that follows pass `k`."""
    share = 1.0 if k < 0 else job.first / 2 * (1 + math.cos(math.pi * k / job.steps))
    if s.velocity is not None and k >= 0:
        mean = g.abs().flatten(1).mean(1).clamp_min(1e-30)
        g = s.velocity = job.momentum * s.velocity + g / wide(mean, g)
    if s.low is not None and s.high is not None:
        s.x = between(s.x.add_(g.sign(), alpha=share * ball.eps), s.low, s.high)
    else:
        s.x = step(s.x, s.x0, g, share * ball.eps, ball.eps, ball.norm, ball.bounds)


def anywhere(g: torch.Tensor, blind: torch.Tensor, direction: torch.Tensor) -> None:
    """Where a gradient is zero or not finite, a direction made of the slot's own random numbers takes its place, so
    that it does not depend on the company it keeps."""
    import torch

    phase = direction[blind][:, :2] * 1e3
    at = torch.arange(g[0].numel(), device=g.device, dtype=g.dtype)
    g[blind] = torch.sin(at * (1 + phase[:, :1].abs()) + phase[:, 1:]).reshape(g[blind].shape)
