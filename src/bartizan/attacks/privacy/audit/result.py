"""What an audit of differential privacy shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag


@dataclass(frozen=True)
class DpAudit:
    """A lower bound on the privacy loss of a training, from guesses about its canaries.

    epsilon: the training is not (ε, δ)-differentially private for any smaller ε, with the stated `confidence`; it
    rests on no assumption about the training. 0 shows nothing, and in particular no privacy.
    mu, gaussian_epsilon: the same, if its trade-off curve is at least that of a Gaussian mechanism, as that of DP-SGD
    nearly is: the largest μ contradicted, and the ε at δ that belongs to it.
    ceiling: `epsilon` if all guesses had been right: what this audit could have shown at the most.
    claimed_epsilon: what was promised; contradicted: whether `epsilon` exceeds it (None where nothing was promised).
    canaries, included: how many there were, and how many of them were trained on. guesses, correct: of the number of
    guesses that shows the most, among the `hypotheses` numbers tried, all of which the level accounts for.
    side: `both` (the highest scores guessed to be in, the lowest out) or `in`.
    auc: how well the scores order the canaries, with its 95 % interval. scores, mask: per canary.
    trainings: how many were run; flags: doubts, each with a section in docs/flags.md.
    """

    epsilon: float
    delta: float
    confidence: float
    mu: float
    gaussian_epsilon: float
    ceiling: float
    canaries: int
    included: int
    guesses: int
    correct: int
    side: str
    hypotheses: int
    auc: tuple[float, float, float]
    scores: NDArray[np.float64]
    mask: NDArray[np.bool_]
    claimed_epsilon: float | None = None
    trainings: int = 0
    flags: tuple[Flag, ...] = ()

    @property
    def contradicted(self) -> bool | None:
        """Whether the promise is broken; None where there was none."""
        return None if self.claimed_epsilon is None else self.epsilon > self.claimed_epsilon
