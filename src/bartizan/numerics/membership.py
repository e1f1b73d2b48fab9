"""Membership inference as mathematics: the signals, and what they are worth at a stated false-positive rate.

In all signals high means "rather a member". Rates count a record as accused when its score lies strictly above
the threshold, so that equal scores accuse nobody.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.intervals import clopper_pearson

if TYPE_CHECKING:
    from bartizan.core.data import Array, Labels

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
TINY = 1e-12


def true_class(scores: Array, y: Labels) -> Scores:
    """Probability of the true class, N, from probabilities N×K."""
    return np.asarray(np.take_along_axis(scores, y[:, None], axis=1)[:, 0], np.float64)


def loss_signal(scores: Array, y: Labels) -> Scores:
    """Minus the cross-entropy loss, on a scale that keeps apart what float32 rounds to 1: log p − log(1 − p).

    1 − p is summed over the other classes. A threshold on it is a threshold on the loss. Yeom et al., CSF 2018.
    """
    p = np.asarray(scores, np.float64)
    true = true_class(scores, y)
    others = np.where(np.arange(p.shape[1]) == y[:, None], 0.0, p).sum(axis=1)
    return np.asarray(np.log(np.maximum(true, TINY)) - np.log(np.maximum(others, TINY)), np.float64)


def reference_mean(p: Scores, inside: Mask, offline_a: float) -> Scores:
    """Estimate p(x), the probability of x averaged over worlds with and without it, from M reference models.

    p, inside: M×N, the true-class probabilities and whether model m was trained on example n. The mean over models
    trained with x is averaged with the mean over those without it. Where one kind is missing it is filled in by
    p_in = a·p_out + (1 − a), the paper's offline approximation; better see to it that neither is missing.
    Zarifzadeh, Liu and Shokri, ICML 2024, section 3 and appendix B.
    """
    with_x, without_x = _mean_where(p, inside), _mean_where(p, ~inside)
    filled_in = offline_a * without_x + (1 - offline_a)
    filled_out = np.clip((with_x - (1 - offline_a)) / max(offline_a, TINY), 0.0, 1.0)
    with_x = np.where(np.isnan(with_x), filled_in, with_x)
    return np.asarray((with_x + np.where(np.isnan(without_x), filled_out, without_x)) / 2, np.float64)


def rmia(p: Scores, mean: Scores, p_population: Scores, mean_population: Scores, *, gamma: float) -> Scores:
    """RMIA score, N: the share of population points z that x beats, Pr_z[p(x)/mean(x) ≥ γ · p(z)/mean(z)].

    p: true-class probabilities under the target; mean: as `reference_mean` estimates. Ties count in full.
    """
    ratio, population = p / np.maximum(mean, TINY), p_population / np.maximum(mean_population, TINY)
    beaten = np.searchsorted(np.sort(population) * gamma, ratio, side="right")
    return np.asarray(beaten / max(len(population), 1), np.float64)


def threshold_at(non_members: Scores, fpr: float) -> float:
    """The score to exceed so that a further non-member is accused with probability at most `fpr`.

    The ⌊fpr·(m+1)⌋-th largest of m non-members, an order statistic: valid whatever the distribution.
    Raises `ValueError` when m is too small for that (fpr·(m+1) < 1).
    """
    k = math.floor(fpr * (len(non_members) + 1) + 1e-9)
    if k < 1:
        raise ValueError(f"a false-positive rate of {fpr:g} needs at least {math.ceil(1 / fpr) - 1} non-members")
    return _largest(non_members, k)


def fpr_interval(non_members: int, k: int, alpha: float = 0.05) -> tuple[float, float]:
    """Where the true false-positive rate lies when the k-th largest score of so many non-members is to be exceeded.

    A tolerance interval at level 1 − `alpha`: the rate is Beta(k, m + 1 − k) for continuous scores, and with ties no
    higher. Wilks, Determination of sample sizes for setting tolerance limits, Ann. Math. Statist. 12 (1941) 91–96.
    """
    from scipy.special import betaincinv

    return tuple(float(betaincinv(k, non_members + 1 - k, q)) for q in (alpha / 2, 1 - alpha / 2))  # type: ignore[return-value]


def tpr_interval(members: Scores, non_members: Scores, fpr: float, alpha: float = 0.05) -> tuple[float, float]:
    """Interval at level 1 − `alpha` for the best true-positive rate of any threshold with false-positive rate `fpr`.

    Half of `alpha` goes into the threshold and half into the share of members above it. With probability 1 − α/2 the
    order statistics k_lo (surely no more than `fpr` above it) and k_hi (surely no less) of the non-members enclose the
    threshold meant; the ends are the Clopper–Pearson bounds at 1 − α/2 of the shares above these two.
    """
    k_low, k_high = enclosing(len(non_members), fpr, alpha / 2)
    above = [int((members > _largest(non_members, k)).sum()) for k in (k_low, k_high)]
    n = len(members)
    return clopper_pearson(above[0], n, alpha / 2)[0], clopper_pearson(above[1], n, alpha / 2)[1]


def enclosing(non_members: int, fpr: float, alpha: float) -> tuple[int, int]:
    """(k_lo, k_hi): the largest k whose score is surely exceeded by at most a share `fpr` of all non-members, and the
    smallest that is surely exceeded by at least as many, together at level 1 − `alpha`. 0 or m + 1 where none is."""
    from scipy.special import betainc

    k = np.arange(1, non_members + 1)
    below = betainc(k, non_members + 1 - k, fpr)  # Pr[true rate ≤ fpr], falling in k
    return int((below >= 1 - alpha / 2).sum()), int((below > alpha / 2).sum()) + 1


def _largest(scores: Scores, k: int) -> float:
    """The k-th largest score; above all of them for k = 0, below for k beyond their number."""
    if not 1 <= k <= len(scores):
        return math.inf if k < 1 else -math.inf
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def lowest_fpr(non_members: int) -> float:
    """The lowest false-positive rate one may speak of with so many non-members: 10 of them must be expected above."""
    return min(1.0, 10 / max(non_members, 1))


def roc(scores: Scores, member: Mask) -> tuple[Scores, Scores]:
    """False- and true-positive rates for every threshold, from (0, 0) to (1, 1); equal scores move together."""
    order = np.argsort(-scores, kind="stable")
    hits, s = member[order], scores[order]
    ends = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)
    tp, fp = np.cumsum(hits)[ends], np.cumsum(~hits)[ends]
    tpr, fpr = tp / max(int(member.sum()), 1), fp / max(int((~member).sum()), 1)
    return np.concatenate([[0.0], fpr]), np.concatenate([[0.0], tpr])


def auc(scores: Scores, member: Mask, alpha: float = 0.05) -> tuple[float, float, float]:
    """Area under the ROC with its interval at level 1 − `alpha`: DeLong's variance on the logit scale.

    Without any spread (all scores equal, or total separation) it is the rule of three on the smaller class.
    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837–845. Raises `ValueError` on an empty class.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    inside, outside = scores[member], scores[~member]
    m, n = len(inside), len(outside)
    if not m or not n:
        raise ValueError("the area under the curve needs members and non-members")
    ranks = rankdata(np.concatenate([inside, outside]))
    above = (ranks[:m] - rankdata(inside)) / n
    below = 1 - (ranks[m:] - rankdata(outside)) / m
    area = float(above.mean())
    variance = (above.var(ddof=1) / m + below.var(ddof=1) / n) if min(m, n) > 1 else 0.0
    if variance <= 0:
        slack = min(1.0, 3 / min(m, n))
        return area, max(0.0, area - slack), min(1.0, area + slack)
    spread = math.sqrt(variance) / (area * (1 - area))
    half, centre = float(ndtri(1 - alpha / 2)) * spread, math.log(area / (1 - area))
    return area, 1 / (1 + math.exp(half - centre)), 1 / (1 + math.exp(-half - centre))


def _mean_where(p: Scores, chosen: Mask) -> Scores:
    """Mean over models of the chosen entries; NaN where none is."""
    count = chosen.sum(axis=0)
    total = np.where(chosen, p, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
