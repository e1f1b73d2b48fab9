"""A search for the smallest change that is content with one small enough.

For l0 there is no ball to climb in, and for l1 climbing in one finds far less than shrinking a change does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm, safe_radius

from .model import Logits
from .search import Found
from .shrink import clean_pass, phases_of, runs
from .shrinking import Smallest, Terms

if TYPE_CHECKING:
    import torch


def shrinking_search(
    logits: Logits,
    x: Array,
    y: Labels,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    steps: int,
    seed: int,
    device: str = "cpu",
    batch: int = 256,
    index: NDArray[np.int64] | None = None,
) -> Found:
    """Search for changes of each of `x` (N×…) of at most `eps` in `norm`, in at most `steps` passes forward.

    An example that falls is done. index: the numbers of the examples among all, if they are not all.
    At most `batch` examples are on the device at once.
    """
    import torch

    goal = safe_radius(eps, norm, bounds, int(np.prod(x.shape[1:])))
    number = torch.arange(len(x)) if index is None else torch.from_numpy(index)
    every = int(number.max()) + 1 if len(x) else 0
    terms, phases, parts = Terms(logits, norm, bounds, goal=goal), phases_of(every, seed)[number], []
    for i in range(0, len(x), batch):
        of = number[i : i + batch].to(device)
        x0, true = (torch.from_numpy(np.ascontiguousarray(a[i : i + batch])).to(device) for a in (x, y))
        known = Smallest.begin(of, x0, true, phases[i : i + batch].to(device))
        said = clean_pass(logits, known, int(y.max()) + 1)
        parts.append(_searched(terms, known, said, steps - 2))
    return _together([found for found, _ in parts], [spent for _, spent in parts])


Spent = list[tuple[int, int]]
"""Passes forward and back after the clean pass and after each run, all examples together."""


def _searched(terms: Terms, known: Smallest, said: Labels, steps: int) -> tuple[Found, Spent]:
    """One batch."""
    fell_in = np.where(known.size.cpu().numpy() == 0, 0, -1)
    spent, stages = [_spent(known)], []
    for i, run in enumerate(runs(terms, known, steps)):
        tried = int((known.size > terms.goal).sum())
        run()
        won = (known.size <= terms.goal).cpu().numpy()
        fell = int((won & (fell_in < 0)).sum())
        fell_in = np.where(won & (fell_in < 0), i + 1, fell_in)
        spent.append(_spent(known))
        passes = sum(spent[-1]) - sum(spent[-2])
        stages.append({"run": f"shrink {i + 1}", "gate": np.inf, "tried": tried, "passes": passes, "fell": fell})
    return _found(terms, known, said, fell_in, stages), spent


def _found(
    terms: Terms, known: Smallest, said: Labels, fell_in: NDArray[np.int64], stages: list[dict[str, Any]]
) -> Found:
    arrays = {name: _numpy(getattr(known, name)) for name in ("best", "forwards", "backwards", "blind", "size")}
    won = arrays["size"] <= terms.goal
    passes = arrays["forwards"] + arrays["backwards"]
    return Found(
        won=won, changed=arrays["best"], clean_classes=said, forwards=arrays["forwards"],
        backwards=arrays["backwards"], fell_after=np.where(won, passes, terms.logits.draws), fell_in=fell_in,
        distance=(arrays["size"] / terms.goal).astype(np.float32), blind=arrays["blind"], stages=stages,
    )  # fmt: skip


def _together(parts: list[Found], spent: list[Spent]) -> Found:
    """Batches as one, with the curve over all of them."""
    names = ("won", "changed", "clean_classes", "forwards", "backwards", "fell_after", "fell_in", "distance", "blind")
    arrays: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    whole = Found(**arrays)
    n = len(whole.won)
    for i, first in enumerate(parts[0].stages):
        counts = {k: sum(p.stages[i][k] for p in parts) for k in ("tried", "passes", "fell")}
        whole.stages.append({**first, **counts})
    for i in range(len(spent[0])):
        standing = int(((whole.fell_in < 0) | (whole.fell_in > i)).sum())
        forwards, backwards = (sum(s[i][j] for s in spent) / n for j in (0, 1))
        whole.curve.append((forwards, backwards, standing / n))
    return whole


def _spent(known: Smallest) -> tuple[int, int]:
    return int(known.forwards.sum()), int(known.backwards.sum())


def _numpy(a: torch.Tensor) -> NDArray[Any]:
    return np.asarray(a.cpu().numpy())
