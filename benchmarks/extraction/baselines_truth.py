"""LiRA and RMIA on answers whose distributions are known, so that the share of members found can be worked out.

LiRA: log-odds of record i are normal with mean m_i + d_i under models that saw it and m_i under others, spread 1. With
k references on either side, the log-likelihood ratio is a product of two independent normal numbers: the answer less
the middle of the two mean answers, of mean ±d_i/2 and variance 1 + 1/(2k), and the distance of these, of mean d_i and
variance 2/k. One integral gives its tail. With ever more references it becomes normal, of mean ±d_i²/2 and variance
d_i², and no test finds more at a given rate of false accusations (Neyman and Pearson).

RMIA: every reference gives record i the same p_i, and the target gives it r·p_i with log r normal, of mean d and spread
1 for members and 0 for others. That r is the ratio RMIA ranks by; ranks among all records must be its ranks, which find
as many members as the best test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm, t

from . import membership_peers as peers
from .membership import found_at

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
Drawn = tuple[Scores, Mask, Scores, Mask]
RECORDS = 50_000
RATES = (0.01, 0.001)
SHIFTS = np.array([0.5, 1.5, 2.5])
RUNS = 10


def rows() -> Iterator[tuple[dict[str, Any], Any]]:
    """Keys of rows, each with what measures it."""
    for method, models in METHODS:
        for rate in RATES:
            key = {"row": "truth", "method": method, "references": models, "rate": rate}
            yield key, lambda m=method, k=models, r=rate: measured(m, k, r)


def measured(method: str, models: int, rate: float, seed: int = 0, records: int = RECORDS) -> dict[str, Any]:
    """The share of members found, with its 95 % interval, beside the true one and what no test surpasses; per cent."""
    draw, score, true = METHODS[method, models]
    found = []
    for run in range(RUNS):
        sure, member, refs, inside = draw(models, records, np.random.default_rng([seed, models, run]))
        found.append(found_at(score(sure, refs, inside), member, rate))
    mean, half = float(np.mean(found)), float(t.ppf(0.975, RUNS - 1) * np.std(found, ddof=1) / RUNS**0.5)
    shifts = SHIFTS if draw is gaussian else SHIFTS[1:2]
    values = {"found": mean, "low": mean - half, "high": mean + half, "truth": true(rate, shifts)}
    values["most"] = most_powerful(rate, shifts)
    told = {k: round(100 * v, 3) for k, v in values.items()}
    return {**told, "runs": RUNS, "records": records, "within": bool(abs(values["truth"] - mean) <= half)}


def most_powerful(rate: float, shifts: Scores) -> float:
    """Share of members that the best test finds, each of `shifts` being as frequent."""

    def above(threshold: float, side: int) -> float:
        return float(norm.sf((threshold - side * shifts**2 / 2) / shifts).mean())

    return above(brentq(lambda at: above(at, -1) - rate, -50, 50), 1)


def by_estimates(rate: float, shifts: Scores, each: int) -> float:
    """Share of members that the ratio with means of `each` references on either side finds."""
    grid = np.linspace(-8, 8, 4001)
    weight = norm.pdf(grid) / norm.pdf(grid).sum()
    wide = (1 + 1 / (2 * each)) ** 0.5

    def above(threshold: float, side: int) -> float:
        apart = shifts[:, None] + (2 / each) ** 0.5 * grid
        apart = np.where(np.abs(apart) < 1e-9, 1e-9, apart)
        z = (threshold / apart - side * shifts[:, None] / 2) / wide
        return float((np.where(apart > 0, norm.sf(z), norm.cdf(z)) * weight).sum(axis=1).mean())

    return above(brentq(lambda at: above(at, -1) - rate, -50, 80), 1)


def gaussian(models: int, records: int, rng: np.random.Generator) -> Drawn:
    """Log-odds of one target and `models` references, half of which saw each record."""
    centre, shift = rng.normal(0, 3, records), rng.choice(SHIFTS, records)
    inside = peers.halves(models, records, int(rng.integers(2**31)))
    member = rng.random(records) < 0.5
    refs = centre + shift * inside + rng.standard_normal((models, records))
    return centre + shift * member + rng.standard_normal(records), member, refs, inside


def ratios(models: int, records: int, rng: np.random.Generator) -> Drawn:
    """Probabilities so small that no ratio takes them beyond 1."""
    p = np.exp(rng.uniform(-20, -10, records))
    inside = peers.halves(models, records, int(rng.integers(2**31)))
    member = rng.random(records) < 0.5
    given = p * np.exp(SHIFTS[1] * member + rng.standard_normal(records))
    return _log_odds(given), member, _log_odds(np.tile(p, (models, 1))), inside


def _log_odds(p: Scores) -> Scores:
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)


def _offline(sure: Scores, refs: Scores, inside: Mask) -> Scores:
    return peers.rmia_offline(sure, refs, inside, 1.0)


METHODS: dict[tuple[str, int], tuple[Callable[..., Drawn], Callable[..., Scores], Callable[..., float]]] = {
    **{("LiRA online", k): (gaussian, peers.lira_online, partial(by_estimates, each=k // 2)) for k in (4, 8, 16, 32)},
    ("RMIA online", 16): (ratios, peers.rmia_online, most_powerful),
    ("RMIA offline", 16): (ratios, _offline, most_powerful),
}
"""By name and number of references."""
