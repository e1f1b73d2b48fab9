"""Whether references answer like the target, told without knowing any member, and how to make them comparable."""

from __future__ import annotations

import numpy as np

from bartizan.numerics.membership import Scores
from bartizan.numerics.references import References

SLACK, LEAST = 2.0, 0.02


def mismatch(sure: Scores, refs: References, share: float) -> tuple[float, float]:
    """How far the target's answers lie from those that a model by the references' recipe would give, and how far at
    most such a model's own do: distances of Kolmogorov and Smirnov. The first above the second is another recipe.

    share: of members among the records, which is known of the set without knowing any of them. What is allowed is
    `SLACK` times what the references are apart from each other, and `LEAST` at least.
    """
    models = range(len(refs.sure))
    apart = max(
        (_distance(*_own(refs, m, share), *_pooled(refs.without(m), share)) for m in models if len(refs.sure) > 1),
        default=0.0,
    )
    noise = 1.36 / np.sqrt(len(sure))
    values = np.sort(sure)
    found = _distance(values, np.full(len(values), 1 / len(values)), *_pooled(refs, share))
    return float(found), float(max(SLACK * apart, LEAST, 2 * noise))


def matched(sure: Scores, refs: References, share: float) -> Scores:
    """The target's values, each replaced by the value that is as high among the references' (quantile matching)."""
    from scipy.stats import rankdata

    values, weights = _pooled(refs, share)
    ranks = (rankdata(sure) - 0.5) / len(sure)
    return np.asarray(np.interp(ranks, np.cumsum(weights) - weights / 2, values), np.float64)


def _pooled(refs: References, share: float) -> tuple[Scores, Scores]:
    """Values of all references in order with their weights, as of records of which `share` are members."""
    return _weighted(refs.sure.ravel(), refs.inside.ravel(), share)


def _own(refs: References, model: int, share: float) -> tuple[Scores, Scores]:
    return _weighted(refs.sure[model], refs.inside[model], share)


def _weighted(values: Scores, inside: np.ndarray, share: float) -> tuple[Scores, Scores]:
    order = np.argsort(values, kind="stable")
    counted = np.where(inside, share / max(int(inside.sum()), 1), (1 - share) / max(int((~inside).sum()), 1))
    return values[order], counted[order] / counted.sum()


def _distance(a: Scores, weight_a: Scores, b: Scores, weight_b: Scores) -> float:
    """Largest difference of two weighted distribution functions, values ascending."""
    at = np.concatenate([a, b])
    below = [
        np.append(0.0, np.cumsum(weights))[np.searchsorted(values, at, side="right")]
        for values, weights in ((a, weight_a), (b, weight_b))
    ]
    return float(np.abs(below[0] - below[1]).max())
