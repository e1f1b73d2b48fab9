"""How many members can be told from outsiders, with a threshold set on some outsiders and tried on others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.membership import Mask, Scores, enclosing

CONFIDENCE = 0.95


@dataclass(frozen=True)
class ToldApart:
    """At one false-positive rate `fpr`. threshold: set on one half of the non-members, so that with 95 % confidence no
    more than `fpr` of all outsiders exceed it. tpr, low, high: share of members above it, with its exact interval.
    realised, realised_low, realised_high: share of the other half above it. p: the chance of so many members above it
    were they outsiders like that other half (Fisher's exact test, one-sided). found: which members are above it.
    """

    fpr: float
    threshold: float
    tpr: float
    low: float
    high: float
    realised: float
    realised_low: float
    realised_high: float
    p: float
    found: Mask


def non_members_needed(fpr: float) -> int:
    """Non-members without which nothing may be said of `fpr`: ten of them must be expected above the threshold."""
    return math.ceil(10 / fpr - 1e-9)


def told_apart(members: Scores, non_members: Scores, fpr: float, seed: int) -> ToldApart:
    """Raises `ValueError` with too few non-members."""
    from scipy.stats import hypergeom

    if len(non_members) < non_members_needed(fpr):
        raise ValueError(
            f"a false-positive rate of {fpr:g} needs {non_members_needed(fpr)} non-members, not {len(non_members)}"
        )
    order = np.random.default_rng(seed).permutation(len(non_members))
    first, second = np.array_split(non_members[order], 2)
    threshold = tolerance_threshold(first, fpr)
    found = members > threshold
    k, accused = int(found.sum()), int((second > threshold).sum())
    n, m = len(members), len(second)
    return ToldApart(
        fpr, threshold, k / n, *clopper_pearson(k, n), accused / m, *clopper_pearson(accused, m),
        p=float(hypergeom.sf(k - 1, n + m, k + accused, n)), found=found,
    )  # fmt: skip


def tolerance_threshold(non_members: Scores, fpr: float) -> float:
    """The lowest order statistic that, with 95 % confidence, no more than a share `fpr` of all outsiders exceed."""
    k, _ = enclosing(len(non_members), fpr, 2 * (1 - CONFIDENCE))
    return math.inf if k < 1 else float(np.partition(non_members, len(non_members) - k)[len(non_members) - k])


def lowest_rates(members: Scores, non_members: Scores) -> Scores:
    """For each member, the lowest false-positive rate at which it is told: the share of outsiders that score as high.

    Never below 1/(m + 1), since m outsiders speak of no less.
    """
    m = len(non_members)
    below = np.searchsorted(np.sort(non_members), members, side="left")
    return np.asarray((m - below + 1) / (m + 1), np.float64)


def chance_of_area(members: Scores, non_members: Scores) -> float:
    """One-sided p-value: of members scoring so much higher were they outsiders too. Mann and Whitney, 1947."""
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate([members, non_members])) == 0:
        return 1.0
    return float(mannwhitneyu(members, non_members, alternative="greater", method="asymptotic").pvalue)


def chance_of_leak(members: Scores, non_members: Scores, rates: Sequence[ToldApart]) -> float:
    """Of all that was found, were the members outsiders: Holm's bound over the area and the rates. A leak is claimed
    where it is at most 0.05, and so falsely in at most 5 % of runs."""
    chances = [chance_of_area(members, non_members), *(t.p for t in rates)]
    return min(1.0, len(chances) * min(chances))
