"""What an evasion attack has found so far, example by example."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact
from bartizan.core.data import Array, Data
from bartizan.numerics.projections import Norm, size_of

Rows = NDArray[np.int64]


class Hits:
    """For each probe example: a successful input within ε, the smallest successful change of all, and the tries.

    changed   the input that succeeded within ε; the example itself where none did
    smallest  the successful input nearest to the example, at whatever distance; the example itself where none is known
    size      that distance (inf where none is known)
    """

    def __init__(self, probe: Data, norm: Norm, eps: float) -> None:
        self.x0 = probe.x
        self.norm = norm
        self.eps = eps
        n = len(probe)
        self.changed = probe.x.copy()
        self.smallest = probe.x.copy()
        self.size = np.full(n, np.inf)
        self.won = np.zeros(n, np.bool_)
        self.tries = np.zeros(n, np.int64)

    def add(self, rows: Rows, x: Array, tries: NDArray[np.int64] | None = None) -> None:
        """Record successful inputs `x` for `rows`. With `tries`, those within ε that are their example's first count
        as won after so many; without, only sizes improve."""
        size = size_of(x.astype(np.float64) - self.x0[rows], self.norm)
        better = size < self.size[rows]
        self.smallest[rows[better]] = x[better]
        self.size[rows[better]] = size[better]
        if tries is None:
            return
        first = (size <= self.eps) & ~self.won[rows]
        self.won[rows[first]] = True
        self.changed[rows[first]] = x[first]
        self.tries[rows[first]] = tries[first]

    def replace(self, rows: Rows, x: Array) -> None:
        """Hand over `x`, which succeed too, for `rows` that are won already; those that leave the ball do not count."""
        inside = size_of(x.astype(np.float64) - self.x0[rows], self.norm) <= self.eps
        self.changed[rows[inside]] = x[inside]
        self.add(rows[inside], x[inside])

    @property
    def standing(self) -> Rows:
        """Examples not yet won."""
        return np.flatnonzero(~self.won).astype(np.int64)

    def give_up(self, spent: NDArray[np.int64]) -> None:
        """The tries of examples that were not won are what was spent on them (N)."""
        self.tries[~self.won] = spent[~self.won]

    def artifact(self, **claims: Any) -> Artifact:
        """As an artifact of perturbed inputs."""
        arrays: dict[str, NDArray[Any]] = {
            "changed": self.changed,
            "smallest": self.smallest,
            "won": self.won,
            "tries": self.tries,
        }
        return Artifact("perturbed_inputs", arrays, {"norm": self.norm, "eps": self.eps, **claims})
