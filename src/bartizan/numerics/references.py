"""Scores of membership from reference models: how sure each is of a record, with it and without it.

`sure` is log p − log(1 − p) of the true class, N for the target and M×N for the references; `inside` (M×N) says which
reference was trained on which record. In all scores high means "rather a member". No score may see how many references
were: only what they answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.membership import Mask, Scores, reference_mean

if TYPE_CHECKING:
    from bartizan.core.data import Labels

SPREAD = 1e-3


def log_odds(logits: NDArray[Any], y: Labels) -> Scores:
    """log p − log(1 − p) of the true class from logits …×N×K, without rounding to 1: z_y − logsumexp of the others."""
    z = np.asarray(logits, np.float64)
    true = np.arange(z.shape[-1]) == y[:, None]
    own = np.where(true, z, 0.0).sum(axis=-1)
    others = np.where(true, -np.inf, z)
    top = others.max(axis=-1)
    return np.asarray(own - top - np.log(np.exp(others - top[..., None]).sum(axis=-1)), np.float64)


@dataclass(frozen=True)
class References:
    """What M reference models say of N records. `sure`, `inside`: M×N."""

    sure: Scores
    inside: Mask

    def without(self, model: int) -> References:
        """All but that one, and but those whose records tell which it was trained on: the same, or just the others."""
        kept = self.groups() != self.groups()[model]
        return References(self.sure[kept], self.inside[kept])

    def groups(self) -> NDArray[np.int64]:
        """A number for each model, shared by models trained on the same records or on just those the other was not."""
        folded = self.inside ^ self.inside[:, :1]
        _, numbers = np.unique(np.packbits(folded, axis=1), axis=0, return_inverse=True)
        return np.asarray(numbers, np.int64).ravel()

    def side(self, inside: bool) -> tuple[Scores, Scores, Scores]:
        """Of the references with (without) each record: their number, mean and sum of squares about it, each N.

        Where there are none, the mean is that of all records.
        """
        chosen = self.inside if inside else ~self.inside
        n = chosen.sum(axis=0).astype(np.float64)
        everywhere = float(self.sure[chosen].mean()) if chosen.any() else 0.0
        mean = np.where(n > 0, np.where(chosen, self.sure, 0.0).sum(axis=0) / np.maximum(n, 1), everywhere)
        squares = np.where(chosen, (self.sure - mean) ** 2, 0.0).sum(axis=0)
        return n, mean, squares

    def gain(self) -> float:
        """How much surer a reference is, on average, of a record it was trained on."""
        if self.inside.all() or not self.inside.any():
            return 0.0
        return float(self.sure[self.inside].mean() - self.sure[~self.inside].mean())


def difficulty(refs: References) -> Scores:
    """How sure a model is of each record it has not seen, N: the mean over all references, those that were trained on
    it counted without what that gained them on average, and drawn towards the mean of all records by its reliability.
    """
    level = np.where(refs.inside, refs.sure - refs.gain(), refs.sure)
    mean, noise = level.mean(axis=0), _within(level) / len(level)
    spread = max(float(mean.var()) - noise, SPREAD)
    centre = float(mean.mean())
    return np.asarray(centre + (mean - centre) * spread / (spread + noise), np.float64)


def calibrated(sure: Scores, refs: References) -> Scores:
    """How much surer the target is than models without the record. Watson et al., ICLR 2022."""
    return np.asarray(sure - refs.side(False)[1], np.float64)


def rmia_ratio(sure: Scores, refs: References, *, offline_a: float = 0.3, online: bool = True) -> Scores:
    """log p(x)/mean p(x): RMIA's ratio, whose order among records is its score's where many others are compared with.

    Offline only references without the record count. Zarifzadeh, Liu and Shokri, ICML 2024.
    """
    p = 1 / (1 + np.exp(-refs.sure))
    if online:
        mean = reference_mean(p, refs.inside, offline_a)
    else:
        out = References(p, refs.inside).side(False)[1]
        mean = ((1 + offline_a) * out + 1 - offline_a) / 2
    return np.asarray(-np.logaddexp(0, -sure) - np.log(np.maximum(mean, 1e-12)), np.float64)


def lira(sure: Scores, refs: References, *, online: bool = True, own_spread: bool | None = None) -> Scores:
    """LiRA: the likelihood ratio of two normal distributions; offline, that of models without the record alone.

    own_spread: whether each record has a variance of its own (from 32 references a side on, as the paper advises, where
    nothing is said) or all share two. Carlini et al., S&P 2022.
    """
    from scipy.special import log_ndtr

    own = len(refs.sure) >= 64 if own_spread is None else own_spread
    n_out, mean_out, squares_out = refs.side(False)
    spread_out = _spread(n_out, squares_out, own)
    if not online:
        return np.asarray(-log_ndtr(-(sure - mean_out) / spread_out), np.float64)
    n_in, mean_in, squares_in = refs.side(True)
    return _normal(sure, mean_in, _spread(n_in, squares_in, own)) - _normal(sure, mean_out, spread_out)


def student_t(sure: Scores, refs: References) -> Scores:
    """The likelihood ratio of two Student distributions: what normals with unknown means and variances predict, under a
    normal-inverse-gamma prior for each side that is learnt from all records (empirical Bayes).

    A record with no reference on a side gets the prior's prediction. After Brännvall, arXiv:2603.11799.
    """
    return _predicted(sure, *refs.side(True)) - _predicted(sure, *refs.side(False))


def _predicted(sure: Scores, n: Scores, mean: Scores, squares: Scores) -> Scores:
    """Log density of each record's `sure` under the posterior predictive of its side."""
    from scipy.stats import t

    centre, strength, shape, scale = _prior(n, mean, squares)
    k = strength + n
    location = (strength * centre + n * mean) / k
    a = shape + n / 2
    b = scale + squares / 2 + strength * n * (mean - centre) ** 2 / (2 * k)
    return np.asarray(t.logpdf(sure, 2 * a, location, np.sqrt(b * (k + 1) / (a * k))), np.float64)


def _prior(n: Scores, mean: Scores, squares: Scores) -> tuple[float, float, float, float]:
    """Centre, strength of the mean in records, shape and scale of the inverse gamma, by moments over all records."""
    seen, several = n > 0, n > 1
    within = float(squares[several].sum() / (n[several] - 1).sum()) if several.any() else 1.0
    within = max(within, SPREAD)
    centre = float(mean[seen].mean()) if seen.any() else 0.0
    between = float(mean[seen].var()) - within * float((1 / n[seen]).mean()) if seen.any() else within
    strength = within / max(between, SPREAD * within)
    shape = _shape(n[several] - 1, squares[several], within)
    return centre, strength, shape, within * (shape - 1)


def _shape(freedom: Scores, squares: Scores, within: float) -> float:
    """Shape of an inverse gamma with mean `within` from which sums of squares of so many degrees of freedom stem.

    E[(s²)²] = E[σ⁴](1 + 2/f) and E[σ⁴] = within²·(a − 1)/(a − 2). Between 2.1, hardly known, and 50, all alike.
    """
    if len(freedom) < 2:
        return 3.0
    fourth = float(((squares / freedom) ** 2 / (1 + 2 / freedom)).mean()) / within**2
    return float(np.clip((2 * fourth - 1) / max(fourth - 1, 1e-6), 2.1, 50.0))


def _spread(n: Scores, squares: Scores, own: bool) -> Scores:
    """Standard deviation for each record: one for all, or each its own where it has two values or more."""
    several = n > 1
    freedom = (n[several] - 1).sum()
    everywhere = float(squares[several].sum() / freedom) if freedom else 1.0
    each = np.where(several, squares / np.maximum(n - 1, 1), everywhere) if own else np.full(len(n), everywhere)
    return np.sqrt(np.maximum(each, SPREAD**2))


def _normal(x: Scores, mean: Scores, spread: Scores) -> Scores:
    return np.asarray(-(((x - mean) / spread) ** 2) / 2 - np.log(spread), np.float64)


def _within(level: Scores) -> float:
    """Mean variance of a record's values over the models; 1 where there is one model."""
    return float(level.var(axis=0, ddof=1).mean()) if len(level) > 1 else 1.0
