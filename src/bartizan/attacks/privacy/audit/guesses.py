"""Which canaries to guess, and what the right ones among the guesses show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.one_run import curve_bound, epsilon_bound
from bartizan.numerics.trade_off import approximate, gaussian

Side = Literal["both", "in"]
FEWEST = 8
"""Fewer guesses show nothing worth a share of the level."""


class Guess(NamedTuple):
    """So many guesses: on both ends of the scores, or on the highest alone."""

    number: int
    side: Side


class Shown(NamedTuple):
    """What the best of several numbers of guesses shows; `parameter` is an ε or a μ."""

    parameter: float
    guess: Guess
    correct: int


def candidates(canaries: int, number: int | None) -> tuple[Guess, ...]:
    """Numbers of guesses fixed before any score is seen: all, half, a quarter …; or just `number`, on both ends."""
    if number is not None:
        return (Guess(number, "both"),)
    halves = [canaries // 2**k for k in range(canaries.bit_length()) if canaries // 2**k >= FEWEST] or [canaries]
    return (*(Guess(n, "both") for n in halves), *(Guess(n, "in") for n in halves[1:]))


def right(order: NDArray[np.int64], mask: NDArray[np.bool_], guess: Guess) -> int:
    """How many of the guesses are right. order: canaries by rising score; mask: which of them were trained on."""
    top = guess.number if guess.side == "in" else guess.number // 2
    low = guess.number - top
    inside, outside = mask[order[len(order) - top :]], mask[order[:low]]
    return int(inside.sum()) + int((~outside).sum())


def strongest(
    counts: Sequence[tuple[Guess, int]], canaries: int, delta: float, alpha: float, kind: Literal["epsilon", "mu"]
) -> Shown:
    """The largest parameter that any of the guesses contradicts, each at its equal share of `alpha` (Bonferroni)."""
    share = alpha / len(counts)
    bound = _epsilon if kind == "epsilon" else _mu
    shown = [Shown(bound(k, g.number, canaries, delta, share), g, k) for g, k in counts]
    return max(shown, key=lambda s: s.parameter)


@cache  # what all guesses right would show is asked by every audit of as many canaries
def _epsilon(correct: int, guesses: int, canaries: int, delta: float, alpha: float) -> float:
    """By whichever bound is the sharper: both limit the same chance under the same hypothesis, so none is spent."""
    plain = epsilon_bound(correct, guesses, canaries, delta, alpha)
    return max(plain, curve_bound(approximate(delta), correct, guesses, canaries, alpha)) if plain else plain


@cache
def _mu(correct: int, guesses: int, canaries: int, delta: float, alpha: float) -> float:
    return curve_bound(gaussian, correct, guesses, canaries, alpha)
