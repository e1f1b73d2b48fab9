"""Which score to use, decided on references that play the target, before the target's members are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Labels
from bartizan.numerics.fusion import fused, played, way_for
from bartizan.numerics.membership import Mask, Scores, threshold_at
from bartizan.numerics.neighbours import levelled
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


@dataclass(frozen=True)
class Views:
    """What the target and the references say, as it is and with the chance of neighbourhoods taken out (or not)."""

    sure: Scores
    refs: References
    levelled: tuple[Scores, References] | None = None

    @classmethod
    def of(cls, sure: Scores, refs: References, place: NDArray[np.float64] | None, y: Labels) -> Views:
        """place: where the records lie (see `numerics.neighbours`), if that is known."""
        return cls(sure, refs, None if place is None else levelled(sure, refs, place, y))


def all_scores(views: Views) -> dict[str, Scores]:
    """Every score of every record, from the one cache of answers."""
    found = {name: score(views.sure, views.refs) for name, score in SINGLE.items()}
    found["fusion"] = fusion(views.sure, views.refs)
    return found if views.levelled is None else {**found, "fusion_levelled": fusion(*views.levelled)}


def chosen_score(views: Views) -> tuple[str, str]:
    """The name of the score, and why. It may be either fusion unless a single score does clearly better."""
    refs = views.refs
    models, records = refs.sure.shape
    if len(np.unique(refs.groups())) < 2 or records < FEWEST:
        return ("rmia_offline" if models == 1 else "fusion"), "too few references or records to choose by"
    rate = max(0.001, 20 / records)
    tried = [np.flatnonzero(refs.groups() == g).tolist() for g in np.unique(refs.groups())[:TRIED]]
    found: dict[str, list[float]] = {}
    for group in tried:
        for name, of in _on_players(views, group).items():
            told = [_told(scores, refs.inside[m], rate) for m, scores in zip(group, of, strict=True)]
            found.setdefault(name, []).extend(told)
    mean = {name: float(np.mean(values)) for name, values in found.items()}
    best = max(mean, key=lambda name: mean[name] * (MARGIN if name.startswith("fusion") else 1))
    way = f" ({way_for(records)})" if best.startswith("fusion") else ""
    return best, f"best of {len(mean)} on {sum(map(len, tried))} references playing the target{way}"


def _on_players(views: Views, models: list[int]) -> dict[str, list[Scores]]:
    """Every score of each of `models` as a target."""
    refs = views.refs
    found = {name: [score(refs.sure[m], refs.without(m)) for m in models] for name, score in SINGLE.items()}
    found["fusion"] = _played(refs, models)
    return found if views.levelled is None else {**found, "fusion_levelled": _played(views.levelled[1], models)}


def _played(refs: References, models: list[int]) -> list[Scores]:
    try:
        return played(refs, models)
    except ImportError:
        return played(refs, models, "sum of ranks")


def _told(scores: Scores, inside: Mask, rate: float) -> float:
    return float((scores[inside] > threshold_at(scores[~inside], rate)).mean())
