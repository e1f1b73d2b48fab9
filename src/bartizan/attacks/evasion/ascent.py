"""Auto-PGD: projected gradient ascent that chooses its own step size.

Croce and Hein, Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks,
ICML 2020, arXiv:2003.01690, algorithm 1. What differs from the paper: an example leaves as soon as it is misclassified,
losses do not depend on the scale of the logits, and rows without a gradient move at random instead of standing still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics import losses
from bartizan.numerics.projections import Norm, project, safe_radius
from bartizan.numerics.slopes import pull_back, steepest

if TYPE_CHECKING:
    import torch

Rows = NDArray[np.int64]
MOMENTUM = 0.75
ENOUGH_GAINS = 0.75


@dataclass
class Climb:
    """Where each of N examples ended: the misclassified input, or else the one of highest loss.

    blind: the gradient at the start was zero or not finite; logits: those at the start (NaN where nothing was asked).
    """

    x: torch.Tensor
    won: torch.Tensor
    blind: torch.Tensor
    logits: torch.Tensor | None


@dataclass
class _Slots:
    """The state of the examples still climbing, one row each. `slot` is the row of the caller's batch."""

    slot: torch.Tensor
    y: torch.Tensor
    target: torch.Tensor
    x0: torch.Tensor
    x: torch.Tensor
    before: torch.Tensor
    grad: torch.Tensor
    best: torch.Tensor
    best_grad: torch.Tensor
    temperature: torch.Tensor
    loss: torch.Tensor
    best_loss: torch.Tensor
    checked_loss: torch.Tensor
    step: torch.Tensor
    gains: torch.Tensor
    reduced: torch.Tensor

    def keep(self, mask: torch.Tensor) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name)[mask])


def checkpoints(steps: int) -> list[int]:
    """The steps after which the step size is reconsidered: at .22 of the way, then ever denser."""
    shares, gap = [0.22], 0.22
    while shares[-1] < 1:
        gap = max(gap - 0.03, 0.06)
        shares.append(shares[-1] + gap)
    return sorted({int(np.ceil(round(p * steps, 6))) for p in shares if p < 1})


def apgd(
    logits: Callable[[torch.Tensor, Rows], torch.Tensor],
    x0: torch.Tensor,
    y: torch.Tensor,
    rows: Rows,
    *,
    norm: Norm,
    eps: float,
    bounds: tuple[float, float],
    steps: int,
    loss: str,
    start: torch.Tensor,
    generator: torch.Generator,
    target: torch.Tensor | None = None,
    able: Callable[[Rows], NDArray[np.bool_]] = lambda rows: np.ones(len(rows), np.bool_),
    stop: bool = True,
) -> Climb:
    """Climb from `start` (inside the ball of radius `eps` around `x0` and the box `bounds`) for at most `steps` steps.

    `rows` names the example each row is spent on; `able` says which of them can pay for one more pass. `loss` is a key
    of `losses.UNTARGETED`, or `target`: then `target` (N) names the class each example is driven to, the likeliest
    other one at `start` if left out.
    With `stop=False` no example leaves early and the inputs of highest loss come back.
    """
    import torch

    radius = safe_radius(eps, norm, bounds, x0[0].numel())
    s, out = _begin(x0, y, y if target is None else target, start, 2 * eps), _nothing_yet(start)
    checks = checkpoints(steps)
    for k in range(steps + 1):
        s.keep(torch.from_numpy(able(rows[s.slot.numpy()])))
        if not len(s.slot):
            break
        won = _look(s, logits, rows, loss, out, first=k == 0)
        out.x[s.slot] = s.best
        if stop:
            out.x[s.slot[won]], out.won[s.slot[won]] = s.x[won], True
            s.keep(~won)
        else:
            out.won[s.slot] |= won
        if k in checks:
            _reconsider(s, k - max([c for c in checks if c < k], default=0))
        if k < steps and len(s.slot):
            _advance(s, norm, radius, bounds, generator, first=k == 0)
    return out


def _begin(x0: torch.Tensor, y: torch.Tensor, target: torch.Tensor, start: torch.Tensor, step: float) -> _Slots:
    import torch

    n = len(x0)
    low = torch.full((n,), float("-inf"))
    return _Slots(
        slot=torch.arange(n),
        y=y,
        target=target,
        x0=x0,
        x=start,
        before=start,
        grad=torch.zeros_like(start),
        best=start,
        best_grad=torch.zeros_like(start),
        temperature=torch.ones(n, 1),
        loss=low,
        best_loss=low.clone(),
        checked_loss=low.clone(),
        step=torch.full((n,), step).reshape(-1, *[1] * (x0.ndim - 1)),
        gains=torch.zeros(n),
        reduced=torch.zeros(n, dtype=torch.bool),
    )


def _nothing_yet(start: torch.Tensor) -> Climb:
    import torch

    none = torch.zeros(len(start), dtype=torch.bool)
    return Climb(start.clone(), none, none.clone(), None)


def _look(
    s: _Slots, logits: Callable[..., torch.Tensor], rows: Rows, loss: str, out: Climb, first: bool
) -> torch.Tensor:
    """One pass forward and back at `s.x`; books gains and the best point. Returns which rows are misclassified."""
    import torch

    x = s.x.detach().requires_grad_(True)
    z = logits(x, rows[s.slot.numpy()])
    seen = z.detach()
    if first:
        s.temperature = losses.temperature(seen)
        s.target = torch.where(s.target == s.y, losses.best_other(seen, s.y), s.target)
        out.logits = torch.full((len(out.x), seen.shape[1]), float("nan"))
        out.logits[s.slot] = seen.float()
    value, cotangent = losses.by_name(loss, seen, s.y, s.temperature, s.target)
    s.grad, blind = pull_back(z, x, cotangent)
    if first:
        out.blind[s.slot] = blind
    value = torch.nan_to_num(value, nan=float("-inf"))
    if not first:  # where one starts is no gain over anything
        s.gains = s.gains + (value > s.loss)
    s.loss = value
    better = value > s.best_loss
    s.best_loss = torch.where(better, value, s.best_loss)
    mask = better.reshape(-1, *[1] * (s.x.ndim - 1))
    s.best, s.best_grad = torch.where(mask, s.x, s.best), torch.where(mask, s.grad, s.best_grad)
    return losses.misclassified(seen, s.y)


def _reconsider(s: _Slots, interval: int) -> None:
    """Halve the step and return to the best point where progress was poor since the last checkpoint."""
    import torch

    poor = s.gains < ENOUGH_GAINS * interval
    stuck = ~s.reduced & (s.best_loss <= s.checked_loss)
    halve = poor | stuck
    mask = halve.reshape(-1, *[1] * (s.x.ndim - 1))
    s.step = torch.where(mask, s.step / 2, s.step)
    s.x, s.grad = torch.where(mask, s.best, s.x), torch.where(mask, s.best_grad, s.grad)
    s.gains, s.reduced, s.checked_loss = torch.zeros_like(s.gains), halve, s.best_loss


def _advance(
    s: _Slots, norm: Norm, radius: float, bounds: tuple[float, float], generator: torch.Generator, first: bool
) -> None:
    """One step of gradient ascent with momentum, projected onto ball and box."""
    step = project(s.x + s.step * steepest(s.grad, norm, generator), s.x0, norm, radius, bounds)
    if not first:
        mixed = s.x + MOMENTUM * (step - s.x) + (1 - MOMENTUM) * (s.x - s.before)
        step = project(mixed, s.x0, norm, radius, bounds)
    s.before, s.x = s.x, step
