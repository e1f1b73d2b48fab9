"""Runs a plan over any number of examples, a part at a time, so that memory has a stated cap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm, safe_radius
from bartizan.numerics.seeds import child

from .jobs import Plan
from .model import Logits, checked
from .residual import Course
from .slots import Ball, Known, run

if TYPE_CHECKING:
    import torch

PARTS = 16
"""Batches in a part: survivors of a part are packed into full batches between runs."""


@dataclass
class Found:
    """What a search found about N examples; arrays on the CPU, in the order of the examples.

    clean_classes: the model's classes of the unchanged inputs; fell_in: the run in which each fell, from 1 (0: wrong
    unchanged, −1: not at all); distance: the least first-order distance to a boundary seen, as a share of ε.
    stages: for each run its name and gate, how many examples it was tried on, the passes it took, how many fell.
    curve: (mean passes forward, back, share still robust) after the clean pass and after each run.
    """

    won: NDArray[np.bool_]
    changed: Array
    clean_classes: Labels
    forwards: NDArray[np.int64]
    backwards: NDArray[np.int64]
    fell_after: NDArray[np.int64]
    fell_in: NDArray[np.int64]
    distance: NDArray[np.float32]
    blind: NDArray[np.int64]
    stages: list[dict[str, Any]] = field(default_factory=list)
    curve: list[tuple[float, float, float]] = field(default_factory=list)

    def followed(self, more: Found, rows: NDArray[np.int64]) -> Found:
        """With what another search found afterwards on `rows`, those that this one left standing."""
        for name in ("won", "changed"):
            getattr(self, name)[rows] = getattr(more, name)
        self.fell_after[rows] = np.where(
            more.won, self.forwards[rows] + self.backwards[rows] + more.fell_after, self.fell_after[rows]
        )
        self.fell_in[rows] = np.where(more.won, len(self.stages) + more.fell_in, self.fell_in[rows])
        self.distance[rows] = np.minimum(self.distance[rows], more.distance)
        for name in ("forwards", "backwards", "blind"):
            getattr(self, name)[rows] += getattr(more, name)
        part, (forwards, backwards, _) = len(rows) / len(self.won), self.curve[-1]
        self.curve += [(forwards + f * part, backwards + b * part, share * part) for f, b, share in more.curve[1:]]
        self.stages += more.stages
        return self


def search(
    logits: Logits,
    x: Array,
    y: Labels,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    plan: Plan,
    seed: int,
    device: str = "cpu",
    batch: int = 256,
    coarse_runs: int = 0,
    limit: int | None = None,
    tolerance: float = 0.0,
) -> Found:
    """Search the ball of radius `eps` around each of `x` (N×…, inside `bounds`) for a misclassified point.

    At most `batch` examples are in the model at once and at most `16 × batch` on the device. The first `coarse_runs`
    runs work in bfloat16; what they find is confirmed in float32 at once. limit: passes
    forward each example may cost; a run that could cost more is left out for it. tolerance: once the share predicted to
    fall still is below it, the runs that remain are left out for this part of the examples.
    """
    import torch

    radius = safe_radius(eps, norm, bounds, int(np.prod(x.shape[1:])))
    ball = Ball(norm, radius, bounds)
    found = _empty(x, plan)
    for part in _parts(len(x), PARTS * batch):
        known = _begin(logits, x[part], y[part], device, batch, found, part)
        course = Course()
        for i, (gate, job) in enumerate(_runs(plan)):
            wanted = ~known.won & (known.distance <= gate) & (course.predicted(len(known.won)) >= tolerance)
            rows = wanted.nonzero().squeeze(1)
            rows = rows[known.forwards[rows] + logits.draws * job.passes <= limit] if limit is not None else rows
            direction = _directions(child(seed, "run", i), known.ranked.shape[1] + 1, len(x), part).to(device)
            with _coarse(device, i < coarse_runs):
                for of in torch.split(rows, batch):
                    run(job, logits, known, of, direction, ball)
            if i < coarse_runs:
                _take_back(logits, known, rows, batch)
            _book(found, part, known, i + 1, len(rows))
            course.add(int(known.won.sum()), int((known.forwards + known.backwards).sum()))
        _enter(found, part, known)
    _finish(found)
    return found


def _runs(plan: Plan) -> list[Any]:
    return [(stage.gate, job) for stage in plan for job in stage.jobs]


def _parts(n: int, size: int) -> Iterator[slice]:
    for i in range(0, n, size):
        yield slice(i, min(i + size, n))


def _both(x: torch.Tensor, index: torch.Tensor, batch: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    import torch

    return zip(torch.split(x, batch), torch.split(index, batch), strict=True)


def _directions(seed: int, classes: int, n: int, part: slice) -> torch.Tensor:
    """Directions of the output, one for each example: the same whatever parts the examples come in."""
    import torch

    every = torch.rand(n, classes, generator=torch.Generator().manual_seed(seed))
    return every[part] * 2 - 1


def _begin(logits: Logits, x: Array, y: Labels, device: str, batch: int, found: Found, part: slice) -> Known:
    """One pass over the unchanged inputs; their classes go into `found`. Raises `ModelError` on unusable answers."""
    import torch

    x0 = torch.from_numpy(np.ascontiguousarray(x)).to(device)
    true = torch.from_numpy(np.ascontiguousarray(y)).to(device)
    index = torch.arange(part.start, part.stop, device=device)
    with torch.no_grad():
        z = torch.cat([checked(logits(a, of), len(a), int(y.max()) + 1) for a, of in _both(x0, index, batch)])
    n, classes = len(x0), z.argmax(1)
    found.clean_classes[part] = classes.cpu().numpy()
    found.fell_in[part] = np.where((classes != true).cpu().numpy(), 0, -1)
    ranked = z.scatter(1, true[:, None], float("-inf")).argsort(1, descending=True)[:, :-1]
    counts = torch.zeros(n, dtype=torch.int64, device=device)
    far = torch.full((n,), float("inf"), device=device)
    return Known(
        index=index, x0=x0, y=true, won=classes != true, changed=x0.clone(), distance=far, nearest=x0.clone(),
        gap=far.clone(), ranked=ranked, forwards=counts + logits.draws, backwards=counts.clone(),
        fell_after=counts + logits.draws, blind=counts.clone(),
    )  # fmt: skip


def _empty(x: Array, plan: Plan) -> Found:
    n = len(x)
    zeros = np.zeros(n, np.int64)
    stages = [{"run": job.name, "gate": gate, "tried": 0, "passes": 0, "fell": 0} for gate, job in _runs(plan)]
    return Found(
        won=np.zeros(n, np.bool_), changed=np.empty(x.shape, np.float32), clean_classes=zeros.copy(),
        forwards=zeros.copy(), backwards=zeros.copy(), fell_after=zeros.copy(), fell_in=np.full(n, -1, np.int64),
        distance=np.full(n, np.inf, np.float32), blind=zeros.copy(), stages=stages,
    )  # fmt: skip


def _enter(found: Found, part: slice, known: Known) -> None:
    for name in ("won", "changed", "forwards", "backwards", "fell_after", "distance", "blind"):
        getattr(found, name)[part] = getattr(known, name).cpu().numpy()


def _book(found: Found, part: slice, known: Known, run: int, tried: int) -> None:
    """Who fell in `run`, on how many it was tried, and what it took."""
    fell = known.won.cpu().numpy() & (found.fell_in[part] < 0)
    found.fell_in[part] = np.where(fell, run, found.fell_in[part])
    spent, back = int(known.forwards.sum()), int(known.backwards.sum())
    at = found.stages[run - 1]
    at["tried"] += tried
    at["fell"] += int(fell.sum())
    at["passes"] += spent + back
    at["forwards"] = at.get("forwards", 0) + spent
    at["backwards"] = at.get("backwards", 0) + back


def _finish(found: Found) -> None:
    """Turn running totals of passes into the curve and the passes of each run."""
    n = max(len(found.won), 1)
    standing, before = n - int((found.fell_in == 0).sum()), n
    found.curve.append((1.0, 0.0, standing / n))
    for at in found.stages:
        standing -= at["fell"]
        found.curve.append((at.pop("forwards") / n, at.pop("backwards") / n, standing / n))
        at["passes"], before = at["passes"] - before, at["passes"]


def _coarse(device: str, on: bool) -> AbstractContextManager[Any]:
    import torch

    return torch.autocast(device.split(":")[0], torch.bfloat16) if on else nullcontext()


def _take_back(logits: Logits, known: Known, rows: torch.Tensor, batch: int) -> None:
    """Successes of a coarse run that float32 does not see are none."""
    import torch

    for of in torch.split(rows[known.won[rows]], batch):
        with torch.no_grad():
            held = logits(known.changed[of], known.index[of]).argmax(1) == known.y[of]
        known.forwards[of] += logits.draws
        known.won[of[held]] = False
