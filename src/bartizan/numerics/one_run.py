"""How often guesses about canaries may be right when the training was private, by its own randomness alone.

m canaries were each put into the training data by a fair coin; whoever saw the result guessed r of the coins, in or
out, and v guesses were right. Two bounds on the chance of that, for any (ε, δ) or any trade-off curve; both hold
whatever the guesser does, and however the result decides which coins are guessed, but not when r was chosen by v.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .trade_off import InversePower, Rates

ROUNDS, POINTS = 4, 33  # the search for a parameter: 33 values at a time, the bracket 32 times smaller each round


def chance_under_epsilon(correct: int, guesses: int, canaries: int, eps: float, delta: float) -> float:
    """Greatest chance of `correct` or more of `guesses` right under (ε, δ)-privacy, at most 1.

    P[B ≥ v] + 2mδ · max_i P[v > B ≥ v − i] / i with B binomial(r, e^ε / (1 + e^ε)). Steinke, Nasr and Jagielski,
    Privacy Auditing with One (1) Training Run, NeurIPS 2023, Theorem 5.2.
    Raises `ValueError` unless 0 ≤ v ≤ r ≤ m, ε ≥ 0 and 0 ≤ δ ≤ 1.
    """
    from scipy.stats import binom

    _possible(correct, guesses, canaries)
    if not eps >= 0 or not 0 <= delta <= 1:
        raise ValueError(f"no privacy parameters: ε = {eps}, δ = {delta}")
    right = 1 / (1 + math.exp(-eps))
    tail = float(binom.sf(correct - 1, guesses, right))
    if not delta or not correct:
        return min(tail, 1.0)
    below = np.cumsum(binom.pmf(np.arange(correct - 1, -1, -1), guesses, right))
    return min(tail + 2 * canaries * delta * float((below / np.arange(1, correct + 1)).max()), 1.0)


def epsilon_bound(correct: int, guesses: int, canaries: int, delta: float, alpha: float) -> float:
    """Largest ε that such guesses contradict at level `alpha`: the training is not (ε′, δ)-private for any ε′ below."""
    low, high = 0.0, 1.0
    if chance_under_epsilon(correct, guesses, canaries, 0.0, delta) > alpha:
        return 0.0
    while chance_under_epsilon(correct, guesses, canaries, high, delta) <= alpha and high < 64:
        low, high = high, 2 * high
    for _ in range(40):
        middle = (low + high) / 2
        likely = chance_under_epsilon(correct, guesses, canaries, middle, delta) > alpha
        low, high = (low, middle) if likely else (middle, high)
    return low


def contradicted(
    inverse: InversePower, parameters: Rates, correct: int, guesses: int, canaries: int, alpha: float
) -> NDArray[np.bool_]:
    """For each curve, whether a chance of `alpha` for that many right guesses is more than it allows.

    With p_j the chance of exactly j right of r guesses, R_i = Σ_{j≥i} j p_j / m and H_i = Σ_{j≥i} (r − j) p_j / m are
    the chances that a random canary is guessed rightly, or wrongly, with enough others right; the curve bounds R_{i+1}
    by H_i. Run down from R_v and H_v at `alpha`; R_0 + H_0 can be no more than r / m.
    Mahloujifar, Melis and Chaudhuri, Auditing f-Differential Privacy in One Run, 2024, arXiv:2410.22235, for two
    alternatives a canary.
    """
    _possible(correct, guesses, canaries)
    right = np.full(parameters.shape, alpha * correct / canaries)
    wrong = np.full(parameters.shape, alpha * (guesses - correct) / canaries)
    for i in range(correct - 1, -1, -1):
        more = np.maximum(wrong, inverse(np.minimum(right, 1.0), parameters))
        right = np.minimum(right + i / (guesses - i) * (more - wrong), 2.0)  # beyond 1 it is contradicted, by whatever
        wrong = more
    return np.asarray(right + wrong > guesses / canaries)


def curve_bound(
    inverse: InversePower, correct: int, guesses: int, canaries: int, alpha: float, most: float = 32.0
) -> float:
    """Largest parameter of a family of curves, up to `most`, that such guesses contradict at level `alpha`; else 0."""
    low, high = 0.0, most
    for _ in range(ROUNDS):
        values = np.linspace(low, high, POINTS)
        refuted = contradicted(inverse, values, correct, guesses, canaries, alpha)
        if not refuted[0]:
            return low if low > 0 else 0.0
        last = int(np.flatnonzero(np.append(~refuted, True))[0]) - 1
        low, high = float(values[last]), float(values[min(last + 1, POINTS - 1)])
    return low


def fewest_canaries(eps: float, alpha: float) -> int:
    """Guesses that must all be right before any ε above `eps` is shown at level `alpha` (δ = 0)."""
    return math.ceil(math.log(alpha) / -math.log1p(math.exp(-eps)))


def _possible(correct: int, guesses: int, canaries: int) -> None:
    if not 0 <= correct <= guesses <= canaries or canaries < 1:
        raise ValueError(f"{correct} of {guesses} guesses about {canaries} canaries cannot be right")
