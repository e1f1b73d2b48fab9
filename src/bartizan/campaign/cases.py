"""The single examples behind an estimate: who was harmed, by which of the trials, and what the model said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import ArrayReader
from bartizan.core.data import Labels

from .reading import Point

Kept = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Cases:
    """N examples: `harmed` by any of S trials, true class `y`, answer `before`, and `answers` to each trial (S×N).

    The last three are None where a trial did not keep its answers.
    """

    harmed: NDArray[np.bool_]
    y: Labels | None
    before: Labels | None
    answers: Labels | None


def cases(point: Point, arrays: ArrayReader) -> Cases | None:
    """The examples that `point` counts, or None where what was kept does not make up its rate.

    Neither does it where the interval is not that of the count: a threshold that was itself estimated, or the mean
    over retrainings, leaves more open than who was reached.
    Probes are prefixes of each other, so row i is the same example in every trial.
    """
    n, kept = point.measured.n, [arrays(e.id) for e in point.trials]
    bits = [_harmed(a) for a in kept]
    if not bits or any(b is None or len(b) < n for b in bits):
        return None
    harmed = np.any([b[:n] for b in bits if b is not None], axis=0)
    if point.estimate.successes != int(harmed.sum()):
        return None
    if any(name not in a or len(a[name]) < n for a in kept for name in ("label", "before", "after")):
        return Cases(harmed, None, None, None)
    first, answers = kept[0], np.stack([a["after"][:n] for a in kept])
    return Cases(harmed, np.asarray(first["label"][:n]), np.asarray(first["before"][:n]), answers)


def _harmed(kept: Kept) -> NDArray[np.bool_] | None:
    """Wrong answers where they were kept: a hazard is drawn several times and its rate counts the first alone."""
    if "after" in kept and "label" in kept:
        return np.asarray(kept["after"] != kept["label"])
    return np.asarray(kept["reached"], np.bool_) if "reached" in kept else None
