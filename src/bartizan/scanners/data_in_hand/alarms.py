"""How many records are flagged, and how many of those by mistake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.intervals import clopper_pearson

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Alarms:
    """flagged: rows, most suspect first. expected: how many would be flagged were nothing wrong anywhere.

    p: N, the share of trusted records at least as suspect (with the record itself counted); None without trusted ones.
    excess, low, high: share of records flagged beyond the alarm rate, with its 95 % interval; None without trusted
    ones.
    """

    flagged: NDArray[np.int64]
    expected: float
    p: Scores | None = None
    excess: float | None = None
    low: float | None = None
    high: float | None = None


def alarms(scores: Scores, clean: Scores, rate: float) -> Alarms:
    """Flag the share `rate` of most suspect records; with trusted scores, all that so few of those reach.

    With trusted records the p-value is conformal: it is valid when they and the clean ones among the data come from one
    source (Vovk et al. 2005; as a test of outliers, Bates et al. 2023). Without them the rate is held by construction
    and says nothing of whether anything is wrong: the most suspect of clean data would be flagged as well.
    """
    order = np.argsort(-scores, kind="stable")
    if not len(clean):
        return Alarms(order[: int(rate * len(scores))], rate * len(scores))
    at_least = len(clean) - np.searchsorted(np.sort(clean), scores, side="left")
    p = (1 + at_least) / (len(clean) + 1)
    flagged = order[p[order] <= rate]
    share = len(flagged) / len(scores)
    low, high = clopper_pearson(len(flagged), len(scores))
    below, above = rate_bounds(len(clean), rate)
    return Alarms(flagged, rate * len(scores), p, share - rate, max(low - above, -1.0), high - below)


def rate_bounds(trusted: int, rate: float) -> tuple[float, float]:
    """Between which rates the threshold's own false alarms lie, 95 %: it rests on so many trusted records."""
    from scipy.stats import beta

    k = int(rate * (trusted + 1))  # of trusted records and the one in question that may reach the threshold
    if k == 0:
        return 0.0, 0.0
    return float(beta.ppf(0.025, k, trusted + 1 - k)), float(beta.ppf(0.975, k, trusted + 1 - k))


def combined(scores: dict[str, Scores]) -> Scores:
    """The best rank a record has by any signal, as 1 − rank share, N: what to look at first."""
    n = len(next(iter(scores.values())))
    best = np.ones(n)
    for s in scores.values():
        place = np.empty(n)
        place[np.argsort(-s, kind="stable")] = np.arange(1, n + 1) / n
        best = np.minimum(best, place)
    return 1 - best
