"""One unknown column of records that are otherwise known, with the model's help and without.

Fredrikson et al., Privacy in Pharmacogenetics, USENIX Security 2014, asks the model about every value the column may
have; Jayaraman and Evans, Are Attribute Inference Attacks Just Imputation?, CCS 2022, is why the imputer is always
there. How to weigh the two is learnt on records the attacker owns, of which it knows the column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.seeds import child

from ..audit.inputs import checked_records
from ..log_odds import log_scores
from .guessing import Imputer, Sure, told, weighed

FEWEST = 50
FEW = 12
"""A column with more values than this is not guessed value by value."""


@dataclass(frozen=True)
class AttributeInference:
    """values: what the column may hold, K. guesses: those of the attack, N; imputed: those of the imputer that never
    saw the model, N, with the shares of right ones. gain: accuracy less that of the imputer, on the same records, with
    its 95 % interval; only above 0 has the model given anything away. queries: asked of the model."""

    values: NDArray[np.float32]
    guesses: NDArray[np.float32]
    imputed: NDArray[np.float32]
    accuracy: float
    imputer_accuracy: float
    gain: tuple[float, float, float]
    queries: int


def infer_attribute(
    model: Any,
    x: Any,
    y: Any,
    column: int,
    *,
    own_x: Any,
    own_y: Any,
    train: Callable[..., Any] | None = None,
    shadows: int = 4,
    seed: int = 0,
) -> AttributeInference:
    """Guess `column` of records x (N×D) of classes y (N) as if it were not known, and compare with what is there.

    model: a `Target`, an estimator with `predict_proba`, an `nn.Module` of logits, or a function to logits; asked N × K
    times for these records and as often for each of the attacker's own (own_x, own_y), of which it knows the column.
    train: the target's recipe `train(x, y, *, seed) -> model`, where the attacker knows it. How far to believe a model
    is then learnt from `shadows` models of its own about records they were trained on, and not from the target about
    records it has never seen; they are trained on random halves of its records.
    Run it on members and on outsiders: a gain on both tells of the population, one on members alone of the records.
    Raises `UsageError` and its kin in one sentence on what cannot be inferred. Needs scikit-learn.
    """
    records, own = checked_records("x, y", x, y), checked_records("own_x, own_y", own_x, own_y)
    values = _values(column, records.x, own.x)
    if len(own) < FEWEST:
        raise DataError(f"{len(own)} records of the attacker's own are too few to impute from; {FEWEST} are needed")
    shared = len(set(records.contents()) & set(own.contents()))
    if shared:
        raise DataError(f"{shared} of {len(records)} records are the attacker's own; keep them apart")
    imputer = Imputer(own, column, values, seed=seed)
    before = imputer(records)
    answers = told(_sure_of(model, own), records, column, values)
    learnt, rows = _about_own(model, own, column, values, train, shadows, seed)
    joined = weighed(imputer.out_of_fold()[rows], learnt, imputer.known[rows], len(values))
    fused = joined(before, answers)
    guess, imputed = fused.argmax(axis=1), before.argmax(axis=1)
    truth = np.searchsorted(values, records.x[:, column])
    return AttributeInference(
        values=values, guesses=values[guess], imputed=values[imputed], accuracy=float((guess == truth).mean()),
        imputer_accuracy=float((imputed == truth).mean()), gain=paired_difference(guess == truth, imputed == truth),
        queries=len(values) * (len(records) + (len(own) if train is None else 0)),
    )  # fmt: skip


def _values(column: int, x: Array, own: Array) -> NDArray[np.float32]:
    if x.ndim != 2 or own.ndim != 2 or x.shape[1] != own.shape[1]:
        raise DataError(f"attributes are columns of tables of one width, and these are {x.shape} and {own.shape}")
    if column != int(column) or not 0 <= column < x.shape[1]:
        raise UsageError(f"there is no column {column} among {x.shape[1]}")
    values = np.unique(own[:, column])
    if not 2 <= len(values) <= FEW:
        raise DataError(f"column {column} holds {len(values)} values; from 2 to {FEW} can be told apart (bin it first)")
    strange = ~np.isin(x[:, column], values)
    if strange.any():
        raise DataError(f"column {column} of {int(strange.sum())} records holds a value the attacker has never seen")
    return values


def _sure_of(model: Any, own: Data) -> Sure:
    classes = int(own.y.max(initial=0)) + 1

    def sure(x: Array, y: Labels) -> NDArray[np.float64]:
        return np.take_along_axis(log_scores(model, x, max(classes, int(y.max(initial=0)) + 1)), y[:, None], 1)[:, 0]

    return sure


def _about_own(
    model: Any, own: Data, column: int, values: NDArray[np.float32], train: Any, shadows: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What is told of the attacker's own records, and of which row each answer is: by the target, or by shadows."""
    if train is None:
        return told(_sure_of(model, own), own, column, values), np.arange(len(own))
    parts, rows = [], []
    for s in range(shadows):
        half = np.random.default_rng(child(seed, "shadow", s)).permutation(len(own))[: len(own) // 2]
        shadow = train(own.x[half].copy(), own.y[half].copy(), seed=child(seed, "train", s))
        parts.append(told(_sure_of(shadow, own), own.take(half), column, values))
        rows.append(half)
    return np.concatenate(parts), np.concatenate(rows)
