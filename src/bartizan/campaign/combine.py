"""Robust accuracy is the mean over examples of the minimum over attacks: the trials of one ball are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate
from bartizan.numerics.intervals import clopper_pearson

Ball = tuple[str, float]


@dataclass(frozen=True)
class Combined:
    """Per example, over all attacks on it: was it reached within the ball, and by how small a change (inf: by none)."""

    reached: NDArray[np.bool_]
    size: NDArray[np.float64]
    trials: tuple[Evidence, ...]

    def rate(self, estimand: str) -> Rate:
        """The share of examples reached, with its exact interval."""
        k, n = int(self.reached.sum()), len(self.reached)
        low, high = clopper_pearson(k, n)
        return Rate(estimand=estimand, value=k / n, low=low, high=high, n=n, method="Clopper–Pearson 95 %")


def ball_of(evidence: Evidence) -> Ball | None:
    """The norm and ε a trial attacked within, or None when it has none (or many, as certifiers have)."""
    params = evidence.trial.params
    eps = params.get("eps")
    return (str(params["norm"]), float(eps)) if "norm" in params and isinstance(eps, int | float) else None


def combine(evidence: Iterable[Evidence], arrays: ArrayReader) -> Combined | None:
    """Put the measured trials of one ball together, or None when there is nothing to put together.

    Attacks may have had more examples than others; probes are prefixes of each other, so row i is the same example
    everywhere. Only examples that every attack had count: one that met the weak attacks alone has resisted nothing.
    """
    found = [(e, arrays(e.id)) for e in evidence]
    usable = [(e, a) for e, a in found if "reached" in a and len(a["reached"])]
    if not usable:
        return None
    n = min(len(a["reached"]) for _, a in usable)
    reached, size = np.zeros(n, np.bool_), np.full(n, np.inf)
    for _, a in usable:
        hit = a["reached"][:n].astype(np.bool_)
        reached |= hit
        if "size" in a:
            size = np.minimum(size, a["size"][:n].astype(np.float64))
    return Combined(reached, size, tuple(e for e, _ in usable))
