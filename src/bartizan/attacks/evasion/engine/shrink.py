"""The search for the smallest change of each example: which runs, in which order, over any number of examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm
from bartizan.numerics.seeds import child

from .model import Logits, checked
from .shrink_runs import ball_run, boundary_run, sparse_run
from .shrinking import Smallest, Terms

if TYPE_CHECKING:
    import torch

FEWEST_STEPS = 10
"""Below that some run would have less than one step."""
BALLS, ROUGH, SPARSE = (0.2, 0.5), 0.8, 0.6
"""Where a run ends, as a share of the steps: two within balls and a rough one along the boundary, before the last; for
l0 the first of two. Chosen on the tuning images of `benchmarks/evasion`; flat around these values."""


@dataclass
class Shrunk:
    """Of N examples, on the CPU: the model's classes of the unchanged inputs, the misclassified point with the least
    change, whether there is any, passes forward and back, and how many of them had no usable gradient."""

    clean_classes: Labels
    changed: Array
    found: NDArray[np.bool_]
    forwards: NDArray[np.int64]
    backwards: NDArray[np.int64]
    blind: NDArray[np.int64]


def shrink(
    logits: Logits,
    x: Array,
    y: Labels,
    *,
    norm: Norm,
    bounds: Bounds,
    steps: int,
    seed: int,
    device: str = "cpu",
    batch: int = 256,
) -> Shrunk:
    """Search for the least change of each of `x` (N×…, inside `bounds`) in at most `steps` passes forward, the clean
    one and the referee's included, and fewer back.

    At most `batch` examples are on the device at once.
    """
    import torch

    terms = Terms(logits, norm, bounds)
    found = _empty(x)
    phases = phases_of(len(x), seed)
    for i in range(0, len(x), batch):
        part = slice(i, min(i + batch, len(x)))
        index = torch.arange(part.start, part.stop, device=device)
        x0, true = (torch.from_numpy(np.ascontiguousarray(a[part])).to(device) for a in (x, y))
        known = Smallest.begin(index, x0, true, phases[part].to(device))
        found.clean_classes[part] = clean_pass(logits, known, int(y.max()) + 1)
        for run in runs(terms, known, steps - 2):
            run()
        _enter(found, part, known)
    return found


def phases_of(n: int, seed: int) -> torch.Tensor:
    """Two random numbers for each of N examples, the same in whatever batches they come."""
    import torch

    return torch.rand(n, 2, generator=torch.Generator().manual_seed(child(seed, "shrink")))


def shrink_from(terms: Terms, known: Smallest, best: torch.Tensor, size: torch.Tensor, steps: int) -> None:
    """Improve upon successes `best` (N×…) of `size` (N, ∞ where there is none) in `steps` passes forward and back."""
    known.best, known.size = best.clone(), size.clone()
    for run in runs(terms, known, steps):
        run()


def runs(terms: Terms, known: Smallest, steps: int) -> list[Callable[[], None]]:
    """The runs of a search on the examples of `known`, to be called in order; `steps` passes forward and back."""
    if terms.norm == "l0":
        first = _until(SPARSE, steps)
        return [
            partial(sparse_run, terms, known, first, down=True, memory=0.9),
            partial(sparse_run, terms, known, steps - first, down=False, memory=0.8),
        ]
    one, two, three = (_until(share, steps) for share in (*BALLS, ROUGH))
    return [
        partial(ball_run, terms, known, one, again=False),
        partial(ball_run, terms, known, two - one, again=True),
        partial(boundary_run, terms, known, three - two, share=0.5, beyond=1.0, memory=0.5),
        partial(boundary_run, terms, known, steps - three, share=1.0, beyond=0.3, memory=0.3),
    ]


def _until(share: float, steps: int) -> int:
    return max(1, round(share * steps))


def clean_pass(logits: Logits, known: Smallest, classes: int) -> Labels:
    """One pass over the unchanged inputs; what is wrong unchanged is of size 0. Raises `ModelError`."""
    import torch

    with torch.no_grad():
        z = checked(logits(known.x0, known.index), len(known.x0), classes)
    known.forwards += logits.draws
    said = z.argmax(1)
    known.size[said != known.y] = 0.0
    return np.asarray(said.cpu().numpy(), np.int64)


def _empty(x: Array) -> Shrunk:
    zeros = np.zeros(len(x), np.int64)
    return Shrunk(
        zeros.copy(), np.empty(x.shape, np.float32), np.zeros(len(x), np.bool_), zeros.copy(), zeros.copy(), zeros
    )


def _enter(found: Shrunk, part: slice, known: Smallest) -> None:
    found.changed[part] = known.best.cpu().numpy()
    found.found[part] = np.isfinite(known.size.cpu().numpy())
    for name in ("forwards", "backwards", "blind"):
        getattr(found, name)[part] = getattr(known, name).cpu().numpy()
