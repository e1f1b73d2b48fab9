"""Looking for one change that answers a question on many inputs, and trying it on inputs nobody looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.seeds import child

from .families import Family
from .moves import Parameters
from .questions import ANY, Question, dealt

if TYPE_CHECKING:
    import torch

Model = Callable[["torch.Tensor"], "torch.Tensor"]
CHUNK = 2048  # inputs asked about at a time


@dataclass(frozen=True)
class Search:
    """steps; batch: inputs a step and question; reach: how far beyond the border, in mean clean margins, an input has
    to be before it pulls no more."""

    steps: int = 100
    batch: int = 16
    reach: float = 0.5


@dataclass(frozen=True)
class Tried:
    """One inverted trigger, tried on held-out inputs.

    parameters: of its family, without the leading axis of questions. hits of n: inputs that went where they were to go.
    push: mean margin for the target on them, in mean clean margins, each cut to ±1.
    """

    family: str
    question: Question
    parameters: dict[str, NDArray[np.float32]]
    hits: int
    n: int
    push: float

    @property
    def name(self) -> str:
        """What the statistic of this trigger is called."""
        return f"{self.family}, {self.question}"


def answers(model: Model, x: Array) -> NDArray[np.float32]:
    """Logits N×K."""
    import torch

    with torch.no_grad():
        parts = [model(torch.from_numpy(np.ascontiguousarray(x[i : i + CHUNK]))) for i in range(0, len(x), CHUNK)]
    return torch.cat(parts).numpy()


def clean_margin(z: NDArray[np.float32], y: Labels) -> float:
    """Mean margin of the inputs answered rightly: the unit in which margins of this model are told."""
    own = z[np.arange(len(y)), y]
    rest = z.copy()
    rest[np.arange(len(y)), y] = -np.inf
    margin = own - rest.max(axis=1)
    right = margin > 0
    return max(float(margin[right].mean()) if right.any() else 0.0, 1e-6)


def invert(
    model: Model, family: Family, questions: list[Question], x: Array, y: Labels, unit: float, search: Search, seed: int
) -> Parameters:
    """Parameters of the best change found for each question on clean inputs x (N×…) of classes y.

    unit: the mean clean margin. A question without inputs keeps its start.
    """
    import torch

    answered = answers(model, x).argmax(axis=1)
    pool = dealt(questions, y, answered, max(search.batch, 4 * search.batch), child(seed, "dealt"))
    generator = torch.Generator().manual_seed(child(seed, "start", family.name))
    xs, ys, rows = torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(np.maximum(pool, 0))
    p = family.start(len(questions), x.shape[1:], generator)
    mover = family.mover(p, torch.stack([xs[own].mean(dim=0) for own in rows]))
    target = torch.tensor([q.target for q in questions])
    for _ in range(search.steps):
        at = torch.randint(rows.shape[1], (len(questions), search.batch), generator=generator)
        some = rows.gather(1, at)
        margins = _margins(model, mover.changed(xs[some]), ys[some], target) / unit
        mover.step((search.reach - margins).clamp_min(0).mean(dim=1).sum())
    return {n: v.detach() for n, v in p.items()}


def tried(
    model: Model, family: Family, p: Parameters, questions: list[Question], x: Array, y: Labels, unit: float
) -> list[Tried]:
    """Each change on all of the inputs its question is about; x, y: held-out ones."""
    import torch

    answered, found = answers(model, x).argmax(axis=1), []
    for q, question in enumerate(questions):
        rows = question.of(y, answered)
        own = {n: v[q : q + 1] for n, v in p.items()}
        margins = np.zeros(0, np.float32)
        if len(rows):
            with torch.no_grad():
                changed = family.apply(own, torch.from_numpy(x[rows])[None])
                goal = torch.tensor([question.target])
                margins = (_margins(model, changed, torch.from_numpy(y[rows])[None], goal)[0] / unit).numpy()
        push = float(margins.clip(-1, 1).mean()) if len(rows) else -1.0
        kept = {n: v[0].numpy() for n, v in own.items()}
        found.append(Tried(family.name, question, kept, int((margins > 0).sum()), len(rows), push))
    return found


def _margins(model: Model, x: torch.Tensor, y: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Q×B: of the target over the best other class, or of the best other class over their own."""
    import torch

    flat = x.flatten(0, 1)
    z = torch.cat([model(flat[i : i + CHUNK]) for i in range(0, len(flat), CHUNK)]).view(*x.shape[:2], -1)
    goal = torch.where((target == ANY)[:, None], y, target[:, None].expand_as(y))
    own = z.gather(2, goal[..., None])[..., 0]
    rest = z.scatter(2, goal[..., None], -float("inf")).max(dim=2).values
    return torch.where((target == ANY)[:, None], rest - own, own - rest)
