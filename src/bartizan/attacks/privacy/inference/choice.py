"""Which score to use, decided on references that play the target, before the target's members are looked at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bartizan.numerics.fusion import fused, way_for
from bartizan.numerics.membership import Mask, Scores, threshold_at
from bartizan.numerics.references import References, lira, rmia_ratio, student_t

Score = Callable[[Scores, References], Scores]
SINGLE: dict[str, Score] = {
    "rmia": rmia_ratio,
    "rmia_offline": lambda sure, refs: rmia_ratio(sure, refs, online=False),
    "lira": lira,
    "student_t": student_t,
}
FEWEST = 200
TRIED, MARGIN = 4, 1.1
"""References that play the target, and how much better than the fusion a single score must do to be taken instead."""


def fusion(sure: Scores, refs: References) -> Scores:
    """The fusion, or the sum of ranks where scikit-learn is not installed."""
    try:
        return fused(sure, refs)
    except ImportError:
        return fused(sure, refs, "sum of ranks")


def all_scores(sure: Scores, refs: References) -> dict[str, Scores]:
    """Every score of every record, from the one cache of answers."""
    return {name: score(sure, refs) for name, score in SINGLE.items()} | {"fusion": fusion(sure, refs)}


def chosen_score(refs: References) -> tuple[str, str]:
    """The name of the score, and why."""
    models = len(refs.sure)
    if models < 3 or refs.sure.shape[1] < FEWEST:
        return ("rmia_offline" if models == 1 else "fusion"), "too few references or records to choose by"
    rate = max(0.001, 20 / refs.sure.shape[1])
    found: dict[str, list[float]] = {}
    for m in range(min(models, TRIED)):
        for name, scores in all_scores(refs.sure[m], refs.without(m)).items():
            found.setdefault(name, []).append(_told(scores, refs.inside[m], rate))
    mean = {name: float(np.mean(values)) for name, values in found.items()}
    best = max(mean, key=lambda name: mean[name] * (MARGIN if name == "fusion" else 1))
    way = f" ({way_for(refs.sure.shape[1])})" if best == "fusion" else ""
    return best, f"best of {len(mean)} on {min(models, TRIED)} references playing the target{way}"


def _told(scores: Scores, inside: Mask, rate: float) -> float:
    return float((scores[inside] > threshold_at(scores[~inside], rate)).mean())
