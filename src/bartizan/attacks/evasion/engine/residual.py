"""How much a search would still find if it went on: a prediction from the hits of its runs, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence

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
