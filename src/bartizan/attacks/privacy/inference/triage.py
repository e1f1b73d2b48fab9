"""What can be said without training anything: whether members and outsiders are answered alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.membership import Mask, Scores

TAIL = 0.05
LEVEL = 0.05


@dataclass(frozen=True)
class Triage:
    """gap: accuracy on members minus that on outsiders. tail: of outsiders, by definition 5 % have a loss above a
    line; of members, this share. overconfidence: mean confidence in the true class beyond accuracy, on outsiders, as
    far as scores say. p: chance of such a gap or tail without memorising (Holm over both). says: in words.
    """

    gap: float
    tail: float
    overconfidence: float
    p: float
    says: str


def triage(sure: Scores, right: NDArray[np.bool_], member: Mask) -> Triage:
    """From one answer a record. The absence of members from the tail of the losses foretells what attacks with
    references find (Dodd et al., arXiv:2510.19773); its presence does not show that they will find nothing."""
    line = float(np.quantile(sure[~member], TAIL))
    unsure = sure < line
    chances = [_less(unsure[member], unsure[~member]), _less(~right[member], ~right[~member])]
    p = min(1.0, 2 * min(chances))
    gap = float(right[member].mean() - right[~member].mean())
    tail = float(unsure[member].mean())
    confidence = 1 / (1 + np.exp(-sure[~member]))
    return Triage(gap, tail, float(confidence.mean() - right[~member].mean()), p, _words(p, gap, tail))


def _less(members: Mask, outsiders: Mask) -> float:
    """Chance of so few among the members were they like the outsiders (Fisher's exact test, one-sided)."""
    from scipy.stats import hypergeom

    k, n, m = int(members.sum()), len(members), len(outsiders)
    return float(hypergeom.cdf(k, n + m, k + int(outsiders.sum()), n))


def _words(p: float, gap: float, tail: float) -> str:
    seen = (
        f"it is right {100 * gap:+.1f} points more often on members, {100 * tail:.1f} % of which lie in the tail of 5 %"
    )
    if p <= LEVEL:
        return f"the model answers its training records otherwise than others: {seen}"
    return f"little evidence of memorising in the losses: {seen}; attacks with references may still find some"
