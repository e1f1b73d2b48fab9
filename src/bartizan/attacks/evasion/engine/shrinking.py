"""The state of a search for the smallest change: what is known of each example, and the slots that look for less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.halfspace import nearest_gain
from bartizan.numerics.losses import standing
from bartizan.numerics.projections import Bounds, Norm

from .model import Logits
from .moves import slope, wide
from .slots import anywhere

if TYPE_CHECKING:
    import torch

CLEAR = 5e-5
"""How far beyond the boundary a success must be, as a share of the example's own margin: what another machine or batch
rounds differently must not turn it back. With two classes the range of the logits says nothing of that."""
Able = Callable[[NDArray[np.int64]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Terms:
    """What is minimised, where, and at which size an example is done (0: never before the steps are)."""

    logits: Logits
    norm: Norm
    bounds: Bounds
    goal: float = 0.0
    able: Able | None = None

    @property
    def width(self) -> float:
        """Of the box."""
        return self.bounds[1] - self.bounds[0]


@dataclass
class Smallest:
    """What is known of N examples so far, on the device of the model.

    index: their numbers among all examples; x0, y: inputs and true classes; best, size: the misclassified point with
    the least change and how much that is (∞: none); nearest, gap: the point that came nearest to the boundary without
    crossing it and its margin; clear: the margin that a success must have (∞ before the example itself was looked at);
    forwards, backwards: passes; blind: those in which the gradient was zero or not finite;
    phase: random numbers of each example's own (N×2), for directions where there is none.
    """

    index: torch.Tensor
    x0: torch.Tensor
    y: torch.Tensor
    best: torch.Tensor
    size: torch.Tensor
    nearest: torch.Tensor
    gap: torch.Tensor
    clear: torch.Tensor
    forwards: torch.Tensor
    backwards: torch.Tensor
    blind: torch.Tensor
    phase: torch.Tensor

    @classmethod
    def begin(cls, index: torch.Tensor, x0: torch.Tensor, y: torch.Tensor, phase: torch.Tensor) -> Smallest:
        """Nothing known yet."""
        import torch

        none = torch.full((len(x0),), torch.inf, device=x0.device)
        count = torch.zeros(len(x0), dtype=torch.int64, device=x0.device)
        return cls(
            index, x0, y, best=x0.clone(), size=none, nearest=x0.clone(), gap=none.clone(), clear=none.clone(),
            forwards=count, backwards=count.clone(), blind=count.clone(), phase=phase,
        )  # fmt: skip


@dataclass
class Slots:
    """Examples in one run. `row`: in `Smallest`; eps: the radius each looks within (for l0 the number of values);
    memory: averaged gradients, where a run keeps them; hit: whether this run has found anything; aim: the class each
    is driven to until then (−1: to whichever is best)."""

    row: torch.Tensor
    x0: torch.Tensor
    y: torch.Tensor
    x: torch.Tensor
    eps: torch.Tensor
    memory: torch.Tensor
    hit: torch.Tensor
    aim: torch.Tensor

    @classmethod
    def fill(cls, known: Smallest, goal: float, *, from_best: bool = False) -> Slots:
        """Those of `known` that are not done: from the example, or from the best point known (or what came nearest)."""
        import torch

        row = (known.size > goal).nonzero().squeeze(1)
        x0, found = known.x0[row], torch.isfinite(known.size[row])
        there = torch.where(wide(found, x0), known.best[row], known.nearest[row])
        return cls(
            row, x0, known.y[row], x=there if from_best else x0.clone(), eps=known.size[row].clone(),
            memory=torch.zeros_like(x0), hit=torch.zeros_like(found), aim=torch.full_like(row, -1),
        )  # fmt: skip

    def keep(self, mask: torch.Tensor) -> None:
        """Only the slots in `mask`."""
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name)[mask])


@dataclass
class Seen:
    """What one pass showed of the slots that stay: the gradient that leads out of the true class, the margin to where
    misclassification is clear (below 0 beyond it), whether the point is that, its size, the best size known."""

    g: torch.Tensor
    gap: torch.Tensor
    wrong: torch.Tensor
    size: torch.Tensor
    best: torch.Tensor


def look(terms: Terms, known: Smallest, s: Slots, down: torch.Tensor | None = None) -> Seen | None:
    """One pass forward and back at the points of the slots; what is done or cannot pay leaves. None: nobody is left.

    down (N): for whom the true class is pushed down, instead of the best other one raised over it.
    """
    import torch

    can = _dismiss(terms, known, s)
    down = down[can] if down is not None else None
    if not len(s.row):
        return None
    with torch.enable_grad():
        x = s.x.detach().requires_grad_(True)
        z = terms.logits(x, known.index[s.row])
    seen = z.detach()
    other, lead, won = standing(seen, s.y)
    gap = -lead
    up = torch.where((s.aim >= 0) & ~s.hit, s.aim, other)
    pull = torch.zeros_like(seen).scatter_(1, up[:, None], 1.0)
    pull = pull * ~down[:, None] if down is not None else pull
    pull.scatter_(1, s.y[:, None], -1.0)
    g = torch.autograd.grad(z, x, pull, allow_unused=True)[0] if z.requires_grad else None
    g = torch.zeros_like(s.x) if g is None else g
    known.forwards[s.row] += terms.logits.draws
    known.backwards[s.row] += terms.logits.draws
    _guard(g, known, s, down)
    size, clear = length(s.x - s.x0, terms.norm), _clear(known, s, gap)
    wrong = won & (gap < -clear)
    _enter(known, s, gap, wrong, size)
    gap = (seen.gather(1, s.y[:, None]) - seen.gather(1, up[:, None])).squeeze(1)
    found = Seen(g, gap + 1.5 * clear, wrong, size, known.size[s.row])
    done = found.best <= terms.goal
    if bool(done.any()):
        s.keep(~done)
        found = Seen(*(getattr(found, f.name)[~done] for f in fields(found)))
    return found if len(s.row) else None


def survey(terms: Terms, known: Smallest, s: Slots, probes: int) -> None:
    """Aim each slot at the class whose boundary is nearest by first order, among the `probes` likeliest others.

    One pass forward and `probes` back. It need not be the class with the next highest logit: Moosavi-Dezfooli, Fawzi
    and Frossard, DeepFool, CVPR 2016, arXiv:1511.04599.
    """
    import torch

    _dismiss(terms, known, s)
    if not len(s.row):
        return
    with torch.enable_grad():
        x = s.x.detach().requires_grad_(True)
        z = terms.logits(x, known.index[s.row])
    known.forwards[s.row] += terms.logits.draws
    likeliest = z.detach().scatter(1, s.y[:, None], float("-inf")).topk(min(probes, z.shape[1] - 1), dim=1).indices
    least = torch.full((len(s.row),), torch.inf, device=x.device)
    for up in likeliest.unbind(1) if z.requires_grad else ():
        gap = (z.gather(1, s.y[:, None]) - z.gather(1, up[:, None])).squeeze(1)
        g = torch.autograd.grad(-gap.sum(), x, retain_graph=True, allow_unused=True)[0]
        known.backwards[s.row] += terms.logits.draws
        g = torch.zeros_like(s.x) if g is None else g.nan_to_num(0.0, 0.0, 0.0)
        needed = length(nearest_gain(s.x0, g, gap.detach(), terms.norm, terms.bounds), terms.norm)
        nearer = (needed < least) & (g != 0).flatten(1).any(1)
        least, s.aim = torch.where(nearer, needed, least), torch.where(nearer, up, s.aim)


def length(delta: torch.Tensor, norm: Norm) -> torch.Tensor:
    """The norm of each row of `delta`, N."""
    flat = delta.flatten(1)
    if norm == "linf":
        return flat.abs().amax(1)
    if norm == "l2":
        return flat.square().sum(1).sqrt()
    return flat.abs().sum(1) if norm == "l1" else (flat != 0).sum(1).to(flat.dtype)


def _dismiss(terms: Terms, known: Smallest, s: Slots) -> torch.Tensor:
    """Let those go who cannot pay for a pass. Returns who could, N as it was."""
    import torch

    if terms.able is None:
        return torch.ones_like(s.hit)
    can = torch.from_numpy(terms.able(known.index[s.row].cpu().numpy())).to(s.row.device)
    s.keep(can)
    return can


def _guard(g: torch.Tensor, known: Smallest, s: Slots, down: torch.Tensor | None) -> None:
    """Put a direction where there is none. That the true class's own logit is constant (`down`) is no blindness."""
    steepness = slope(g, "l2")
    blind = ~((steepness > 0) & (steepness < float("inf")))
    if bool(blind.any()):
        known.blind[s.row] += blind if down is None else blind & ~down
        anywhere(g, blind, known.phase[s.row])


def _clear(known: Smallest, s: Slots, gap: torch.Tensor) -> torch.Tensor:
    """The margin that a success of each slot must have. The first look is at the example itself."""
    import torch

    before = known.clear[s.row]
    known.clear[s.row] = torch.where(torch.isinf(before), CLEAR * gap.abs(), before)
    return known.clear[s.row]


def _enter(known: Smallest, s: Slots, gap: torch.Tensor, wrong: torch.Tensor, size: torch.Tensor) -> None:
    better = wrong & (size < known.size[s.row])
    rows = s.row[better]
    known.best[rows], known.size[rows] = s.x[better], size[better]
    s.hit |= wrong
    nearer = ~wrong & (gap < known.gap[s.row])
    rows = s.row[nearer]
    known.nearest[rows], known.gap[rows] = s.x[nearer], gap[nearer]
