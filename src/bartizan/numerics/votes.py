"""Votes of models trained apart: how many records provably cannot turn an answer. Levine and Feizi, ICLR 2021."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Votes = NDArray[np.int64]

ROUNDING = 1e-3  # of a vote, lost where shares of votes are kept in float32


def certified_records(votes: Votes) -> NDArray[np.int64]:
    """How many records may be added, removed or relabelled without turning each answer, N; votes: N×K.

    One such change touches one voter, who may leave the winner for another class: the lead shrinks by two. Ties go to
    the lower class, which therefore needs a lead one smaller. Replacing the content of a record removes one and adds
    another, which counts as two. Levine and Feizi, theorem 1.
    """
    n, k = votes.shape
    winner = votes.argmax(axis=1)
    least = np.full(n, np.iinfo(np.int64).max)
    for c in range(k):
        lead = votes[np.arange(n), winner] - votes[:, c] - (c < winner)
        least = np.where(c == winner, least, np.minimum(least, lead // 2))
    return np.asarray(np.maximum(least, 0), np.int64)


def counted(shares: NDArray[np.floating], voters: int) -> Votes | None:
    """The votes N×K behind shares of them; None where they are no whole votes of so many voters."""
    votes = np.asarray(shares, np.float64) * voters
    whole = np.rint(votes)
    sound = (np.abs(votes - whole) <= ROUNDING).all() and (whole.sum(axis=1) == voters).all()
    return whole.astype(np.int64) if sound else None


def turned(votes: Votes, moved: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether some class wins where `moved[i]` voters leave the winner for it, N: tried out, class by class, and by no
    formula, so that a wrong one is found out."""
    rows, winner = np.arange(len(votes)), votes.argmax(axis=1)
    found = np.zeros(len(votes), np.bool_)
    for c in range(votes.shape[1]):
        after = votes.copy()
        leaving = np.minimum(moved, after[rows, winner])
        after[rows, winner] -= leaving
        after[:, c] += leaving
        found |= after.argmax(axis=1) != winner
    return found


def moved(before: Votes, after: Votes) -> NDArray[np.int64]:
    """How many voters changed their mind between two votes on the same inputs at least, N."""
    return np.asarray(np.abs(before - after).sum(axis=1) // 2, np.int64)
