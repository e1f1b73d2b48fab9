"""Which score to use, decided on references that play the target, before the target's members are looked at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bartizan.numerics.fusion import fused, played, way_for
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
TRIED, MARGIN = 2, 1.1
"""Groups of references that play the target, and how much better than the fusion a single score must do to be taken
instead."""


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
    models, records = refs.sure.shape
    if len(np.unique(refs.groups())) < 2 or records < FEWEST:
        return ("rmia_offline" if models == 1 else "fusion"), "too few references or records to choose by"
    rate = max(0.001, 20 / records)
    found: dict[str, list[float]] = {}
    tried = [np.flatnonzero(refs.groups() == g).tolist() for g in np.unique(refs.groups())[:TRIED]]
    for group in tried:
        for m, scores in zip(group, _played(refs, group), strict=True):
            every = {name: score(refs.sure[m], refs.without(m)) for name, score in SINGLE.items()} | {"fusion": scores}
            for name, values in every.items():
                found.setdefault(name, []).append(_told(values, refs.inside[m], rate))
    mean = {name: float(np.mean(values)) for name, values in found.items()}
    best = max(mean, key=lambda name: mean[name] * (MARGIN if name == "fusion" else 1))
    way = f" ({way_for(records)})" if best == "fusion" else ""
    return best, f"best of {len(mean)} on {sum(map(len, tried))} references playing the target{way}"


def _played(refs: References, models: list[int]) -> list[Scores]:
    try:
        return played(refs, models)
    except ImportError:
        return played(refs, models, "sum of ranks")


def _told(scores: Scores, inside: Mask, rate: float) -> float:
    return float((scores[inside] > threshold_at(scores[~inside], rate)).mean())
