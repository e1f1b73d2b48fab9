"""What an audit is given, checked before anything is trained."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.one_run import fewest_canaries

from .guesses import candidates


def checked_privacy(delta: float, claimed_epsilon: float | None, alpha: float) -> None:
    """Raises `UsageError` unless 0 < δ < 1, 0 < α < 1 and the promise, if any, is a finite ε from 0."""
    if not 0 < delta < 1:
        raise UsageError(f"delta is {delta}; give the δ of the promise, between 0 and 1 (1e-5, say)")
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}; the bound holds with probability 1 − alpha, so give 0.05, say")
    if claimed_epsilon is not None and not (math.isfinite(claimed_epsilon) and claimed_epsilon >= 0):
        raise UsageError(f"claimed_epsilon is {claimed_epsilon}; give the promised ε, 0 or more and finite, or None")


def checked_number(canaries: int, guesses: int | None, alpha: float) -> None:
    """Raises `UsageError` on a number of guesses there is not, and `DataError` on canaries too few to show any ε."""
    if guesses is not None and (guesses != int(guesses) or not 1 <= guesses <= canaries):
        raise UsageError(f"guesses is {guesses}; give a whole number from 1 to the {canaries} canaries, or None")
    share = alpha / len(candidates(canaries, guesses))
    needed, made = fewest_canaries(0.0, share), canaries if guesses is None else guesses
    if made < needed:
        raise DataError(
            f"{made} guesses about {canaries} canaries could not show any ε above 0 even if all were right; "
            f"{needed} are needed at the least, and some hundreds for a bound worth having"
        )


def checked_records(name: str, x: Any, y: Any) -> Data:
    """Raises `DataError` on records without labels of their own, labels that are no classes, and NaN."""
    a, labels = np.asarray(x, np.float32), np.asarray(y)
    if a.ndim < 2 or len(a) != len(labels) or labels.ndim != 1:
        raise DataError(f"{name}: {a.shape} inputs with {labels.shape} labels; give N×… inputs and N labels")
    if not np.isfinite(a).all():
        rows = int((~np.isfinite(a)).reshape(len(a), -1).any(axis=1).sum())
        raise DataError(f"{name}: {rows} of {len(a)} records hold NaN or infinity; drop or mend them")
    if len(labels) and (not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0):
        raise DataError(f"{name}: labels must be classes, whole numbers from 0")
    return Data.of(a, labels.astype(np.int64))


def checked_apart(records: Data, canaries: Data) -> None:
    """Raises `DataError` where a canary is there twice, or is a record: leaving it out would leave nothing out."""
    if len(records) and records.x.shape[1:] != canaries.x.shape[1:]:
        raise DataError(f"records of shape {records.x.shape[1:]} and canaries of shape {canaries.x.shape[1:]}")
    known, own = set(_contents(records)), _contents(canaries)
    shared, twice = sum(c in known for c in own), len(own) - len(set(own))
    if shared:
        raise DataError(
            f"{shared} of {len(own)} canaries are among the records, so that leaving them out leaves nothing out; "
            "take them from the records, or choose others"
        )
    if twice:
        raise DataError(f"{twice} of {len(own)} canaries are there more than once; each must be one of its kind")


def _contents(data: Data) -> list[tuple[bytes, int]]:
    """Input and label together: the same picture under a wrong label is another record."""
    return list(zip(data.contents(), data.y.tolist(), strict=True))


def checked_scores(scores: Any, mask: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Raises `DataError` unless there is a number and a coin for each canary, and both sides of the coin came up."""
    s, m = np.asarray(scores, np.float64), np.asarray(mask)
    if s.ndim != 1 or s.shape != m.shape:
        raise DataError(f"{s.shape} scores for {m.shape} canaries; give one number for each")
    if np.isnan(s).any():
        raise DataError(f"{int(np.isnan(s).sum())} of {len(s)} canaries have the score NaN; a training that diverged?")
    if m.dtype != np.bool_ or m.all() or not m.any():
        raise DataError("included must say true or false for each canary, and not the same for all of them")
    return s, m
