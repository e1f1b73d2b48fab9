"""How much a search would still find if it went on: a prediction from the hits of its runs, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

PESSIMISM = 0.5
"""Added to the hits of either half, so that a half without hits predicts little and not nothing (as Jeffreys would)."""
LARGEST_RATIO = 0.9


def predicted_residual(fell: Sequence[int], spent: Sequence[float], n: int) -> float:
    """The share of `n` examples that would still fall to as many passes again, and again, and so on.

    fell: hits of each run but the first, in order; spent: passes of each of those runs. The runs are cut into two
    halves of equal passes; hits are taken to decay geometrically from half to half: h₂ · r / (1 − r), r = h₂ / h₁. The
    first run is left out, since what falls to anything says nothing about what is hard.
    """
    if n == 0 or not fell:
        return 0.0
    total, early, late, so_far = sum(spent), 0.0, 0.0, 0.0
    for hits, passes in zip(fell, spent, strict=True):
        in_first = 0.0 if passes == 0 else min(max(total / 2 - so_far, 0.0) / passes, 1.0)
        early += hits * in_first
        late += hits * (1 - in_first)
        so_far += passes
    ratio = min((late + PESSIMISM) / (early + 2 * PESSIMISM), LARGEST_RATIO)
    return min((late + PESSIMISM) * ratio / (1 - ratio) / n, 1.0)


SOONEST = 3
"""Runs that must have gone by before anything is predicted from them."""


@dataclass
class Course:
    """A search under way: how many had fallen and what had been spent after each run."""

    fallen: list[int] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)

    def add(self, fallen: int, spent: int) -> None:
        """After a run: all that have fallen so far, and all passes so far."""
        self.fallen.append(fallen)
        self.spent.append(spent)

    def predicted(self, n: int) -> float:
        """The share of `n` examples that would still fall, as far as the runs tell; 1 while they are too few."""
        if len(self.fallen) < SOONEST:
            return 1.0
        hits = [b - a for a, b in pairwise(self.fallen)]
        return predicted_residual(hits, [b - a for a, b in pairwise(self.spent)], n)
