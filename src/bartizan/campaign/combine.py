"""Robust accuracy is the mean over examples of the minimum over attacks: the trials of one ball are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.numerics.intervals import clopper_pearson

Ball = tuple[str, float]


@dataclass(frozen=True)
class Combined:
    """Per example, over all attacks on it: was it reached within the ball, and by how small a change (inf: by none)."""

    reached: NDArray[np.bool_]
    size: NDArray[np.float64]
    trials: tuple[Evidence, ...]

    def share(self, ball: Ball) -> Measurement:
        """The share of examples reached, with its exact interval. Clean errors are among them."""
        k, n = int(self.reached.sum()), len(self.reached)
        low, high = clopper_pearson(k, n)
        return Measurement(
            estimand="robust_error", unit="example", n=n, method="Clopper–Pearson", value=k / n, low=low, high=high,
            at={"norm": ball[0], "eps": ball[1]},
        )  # fmt: skip


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
    prefixes = combined(evidence, arrays)
    return prefixes[0] if prefixes else None


def combined(evidence: Iterable[Evidence], arrays: ArrayReader) -> list[Combined]:
    """The same for every number of examples that some attack had, the fewest (and most attacked) first.

    On the longer prefixes fewer attacks took part, so that the share broken there bounds that of all from below; a
    trial on a handful of examples must not hide what the others broke.
    """
    found = [(e, arrays(e.id)) for e in evidence]
    usable = [(e, a) for e, a in found if "reached" in a and len(a["reached"])]
    return [_prefix(n, usable) for n in sorted({len(a["reached"]) for _, a in usable})]


def _prefix(n: int, usable: list[tuple[Evidence, Mapping[str, NDArray[np.generic]]]]) -> Combined:
    took_part = [(e, a) for e, a in usable if len(a["reached"]) >= n]
    reached, size = np.zeros(n, np.bool_), np.full(n, np.inf)
    for _, a in took_part:
        reached |= a["reached"][:n].astype(np.bool_)
        if "size" in a:
            size = np.minimum(size, a["size"][:n].astype(np.float64))
    return Combined(reached, size, tuple(e for e, _ in took_part))
