"""Two of the three measures of one finding: how many tries, how small a change. The third is the ladder's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Sensitivity, Tries, Within
from bartizan.numerics.survival import Curve, kaplan_meier

MARKS = (10, 100, 1_000, 10_000)


def tries(evidence: Iterable[Evidence], arrays: ArrayReader) -> Tries | None:
    """Of the trials that counted tries, the one whose median is lowest: an adversary would use that attack.

    Where no median lies within the budget, the one that tried longest: it says the most.
    """
    found = [t for e in evidence if (t := _tries_of(e, arrays)) is not None]
    return min(found, key=lambda t: (np.inf if t.median is None else t.median, -t.censored_at), default=None)


def most_tries(evidence: Evidence) -> int | None:
    """The most tries one example may get in a trial: by its budget, or by the parameters that say so, the less of them.

    `queries` and `draws` are the most spent on an example, `steps` those of each of the `runs` of an ascent.
    """
    trial, params = evidence.trial, evidence.trial.params
    limits = [trial.budget.queries_per_example, params.get("queries"), params.get("draws")]
    if isinstance(params.get("steps"), int) and isinstance(params.get("runs"), list | tuple):
        limits.append(params["steps"] * len(params["runs"]))
    return min((n for n in limits if isinstance(n, int)), default=None)


def _tries_of(evidence: Evidence, arrays: ArrayReader) -> Tries | None:
    a = arrays(evidence.id)
    if "tries" not in a or "reached" not in a or not len(a["tries"]):
        return None
    count, reached = a["tries"].astype(np.float64), a["reached"].astype(np.bool_)
    full = max(float(count.max()), float(most_tries(evidence) or 0))
    # Whatever was given up early counts as censored at the full budget.
    curve = kaplan_meier(np.where(reached, count, full), reached, budget=full)
    median, low, high = curve.median
    return Tries(
        unit=evidence.tries_unit or "tries",
        median=_finite(median),
        low=_finite(low),
        high=_finite(high),
        censored_at=full,
        n=len(count),
        within=_within(curve),
        first=float(count[reached].min()) if reached.any() else None,
    )


def theft(points: Iterable[Measurement], tolerance: float) -> Tries | None:
    """The fewest queries with which the copy is surely (by the lower end) better than tolerated. One curve is one try
    at theft, so there is no spread over examples; None where no point says how many queries it took."""
    asked = {float(m.at["queries"]): m for m in points if "queries" in m.at}
    if not asked:
        return None
    enough = min((q for q, m in asked.items() if m.low > tolerance), default=None)
    return Tries(unit="queries", median=enough, low=None, high=None, censored_at=max(asked), n=1)


def _within(curve: Curve) -> tuple[Within, ...]:
    found = [(q, curve.success_at(q)) for q in MARKS]
    return tuple(Within(tries=q, share=at[0], low=at[1], high=at[2]) for q, at in found if at is not None)


def sensitivity(size: NDArray[np.float64], unit: str) -> Sensitivity | None:
    """Quantiles over all examples, those never reached counting as infinitely robust."""
    if not len(size) or not np.isfinite(size).any():
        return None
    q10, q50, q90 = (float(v) for v in np.quantile(size, [0.1, 0.5, 0.9], method="higher"))
    return Sensitivity(unit=unit, q10=_finite(q10), q50=_finite(q50), q90=_finite(q90), n=len(size))


def _finite(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)
