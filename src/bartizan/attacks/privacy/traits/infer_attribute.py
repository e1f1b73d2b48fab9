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

FEWEST = 50
FOLDS = 5
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
    told = np.searchsorted(values, own.x[:, column])
    plain_own, plain = (_without(d.x, d.y, column) for d in (own, records))
    before_own = _out_of_fold(plain_own, told, len(values), seed)
    before = _classifier(plain_own, told, len(values), seed)(plain)
    answers = _answers(model, records.x, records.y, column, values)
    learnt, rows = _about_own(model, own, column, values, train, shadows, seed)
    fused = _logistic(np.hstack([before_own[rows], learnt]), told[rows], len(values))(np.hstack([before, answers]))
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


def _without(x: Array, y: Labels, column: int) -> NDArray[np.float64]:
    """All the attacker knows without the model: the other columns, and the class."""
    return np.concatenate([np.delete(x, column, axis=1).astype(np.float64), np.eye(int(y.max()) + 1)[y]], axis=1)


def _answers(model: Any, x: Array, y: Labels, column: int, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-probability of the true class with each value in the column, N×K, and which value is likeliest by it."""
    parts = []
    for v in values:
        asked = x.copy()
        asked[:, column] = v
        parts.append(np.take_along_axis(log_scores(model, asked, int(y.max()) + 1), y[:, None], 1)[:, 0])
    told = np.clip(np.stack(parts, axis=1), -20, 0)
    return np.concatenate([told - told.mean(axis=1, keepdims=True), told.max(axis=1, keepdims=True)], axis=1)


def _about_own(
    model: Any, own: Data, column: int, values: NDArray[np.float32], train: Any, shadows: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """What is told of the attacker's own records, and of which row each answer is: by the target, or by shadows."""
    if train is None:
        return _answers(model, own.x, own.y, column, values), np.arange(len(own))
    parts, rows = [], []
    for s in range(shadows):
        half = np.random.default_rng(child(seed, "shadow", s)).permutation(len(own))[: len(own) // 2]
        shadow = train(own.x[half].copy(), own.y[half].copy(), seed=child(seed, "train", s))
        parts.append(_answers(shadow, own.x[half], own.y[half], column, values))
        rows.append(half)
    return np.concatenate(parts), np.concatenate(rows)


def _classifier(x: NDArray[np.float64], y: Labels, classes: int, seed: int) -> Any:
    """The imputer: gradient-boosted trees; a function to log-probabilities N×K."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(max_iter=60, max_depth=4, random_state=seed).fit(x, y)
    return lambda a: _log(model.predict_proba(a), model.classes_, classes)


def _logistic(x: NDArray[np.float64], y: Labels, classes: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(x, y)
    return lambda a: _log(model.predict_proba(a), model.classes_, classes)


def _out_of_fold(x: NDArray[np.float64], y: Labels, classes: int, seed: int) -> NDArray[np.float64]:
    """What the imputer says of the attacker's own records without having been fitted on them."""
    fold = np.random.default_rng(child(seed, "folds")).permutation(len(x)) % FOLDS
    out = np.zeros((len(x), classes))
    for f in range(FOLDS):
        out[fold == f] = _classifier(x[fold != f], y[fold != f], classes, seed)(x[fold == f])
    return out


def _log(p: NDArray[np.float64], seen: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    full = np.full((len(p), classes), 1e-4)
    full[:, seen] = np.maximum(p, 1e-4)
    return np.asarray(np.log(full), np.float64)
