"""How an unknown column is guessed: from what else is known of the record, and from what a model says of each value.

Fredrikson et al., Privacy in Pharmacogenetics, USENIX Security 2014, asks the model about every value the column may
have. How to weigh its answers against what anybody could have guessed is learnt on models of one's own, or, where there
are none, is left to Bayes' rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels
from bartizan.numerics.seeds import child

FOLDS = 5
LEAST = -20.0
"""Log-probability below which answers are not told apart."""
Rows = NDArray[np.float64]
Sure = Callable[[Array, Labels], Rows]
"""Log-probability, by some model, that each input has its class."""


def told(sure: Sure, data: Data, column: int, values: Array) -> Rows:
    """What a model says of N records with each of K values in the column, N×(K + 1): log-probability of the class less
    the mean over values, and the highest of them."""
    parts = []
    for v in values:
        asked = data.x.copy()
        asked[:, column] = v
        parts.append(sure(asked, data.y))
    each = np.clip(np.stack(parts, axis=1), LEAST, 0)
    return np.concatenate([each - each.mean(axis=1, keepdims=True), each.max(axis=1, keepdims=True)], axis=1)


class Imputer:
    """Somebody who never saw the model: boosted trees from the other columns, and from the class where it is known, to
    log-probabilities of the values, fitted on records of which the column is known. Needs scikit-learn."""

    def __init__(self, own: Data, column: int, values: Array, *, seed: int, by_class: bool = True) -> None:
        self.column, self.k, self.seed, self.by_class = column, len(values), seed, by_class
        self.classes = int(own.y.max(initial=0)) + 1
        self.x, self.known = self._seen(own), np.searchsorted(values, own.x[:, column])
        self.fitted = self._fit(self.x, self.known)

    def __call__(self, data: Data) -> Rows:
        """Of N records, N×K."""
        return self.fitted(self._seen(data))

    def out_of_fold(self) -> Rows:
        """Of the records it was fitted on, each by an imputer that was not fitted on it."""
        fold = np.random.default_rng(child(self.seed, "folds")).permutation(len(self.x)) % FOLDS
        out = np.zeros((len(self.x), self.k))
        for f in range(FOLDS):
            out[fold == f] = self._fit(self.x[fold != f], self.known[fold != f])(self.x[fold == f])
        return out

    def _seen(self, data: Data) -> Rows:
        """The other columns; a class nobody has seen is none."""
        others = np.delete(data.x, self.column, axis=1).astype(np.float64)
        if not self.by_class:
            return others
        return np.concatenate([others, (data.y[:, None] == np.arange(self.classes)).astype(np.float64)], axis=1)

    def _fit(self, x: Rows, y: Labels) -> Callable[[Rows], Rows]:
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(max_iter=60, max_depth=4, random_state=self.seed % 2**32).fit(x, y)
        return lambda a: _log(model.predict_proba(a), model.classes_, self.k)


def imputed(own: Data, records: Data, column: int, values: Array, *, seed: int) -> Labels:
    """The best guess without the model, N places among the values: by the trees, or the commonest value of all where
    those do no better on records they were not fitted on."""
    imputer = Imputer(own, column, values, seed=seed)
    common = int(np.bincount(imputer.known).argmax())
    if (imputer.out_of_fold().argmax(axis=1) == imputer.known).mean() <= (imputer.known == common).mean():
        return np.full(len(records), common, np.int64)
    return np.asarray(imputer(records).argmax(axis=1), np.int64)


def weighed(before: Rows, answers: Rows, known: Labels, values: int) -> Callable[[Rows, Rows], Rows]:
    """How to join an imputer's log-probabilities M×K and a model's answers, learnt where the values are `known`: a
    function of both to log-probabilities."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model: Any = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    model.fit(np.hstack([before, answers]), known)
    return lambda b, a: _log(model.predict_proba(np.hstack([b, a])), model.classes_, values)


def by_bayes(before: Rows, answers: Rows) -> Rows:
    """p(value | other columns, class) ∝ p(value | other columns) · p(class | all columns), as logarithms up to a
    constant. before: of an imputer that was not told the class."""
    return np.asarray(before + answers[:, :-1], np.float64)


def _log(p: Rows, seen: NDArray[np.int64], classes: int) -> Rows:
    full = np.full((len(p), classes), 1e-4)
    full[:, seen] = np.maximum(p, 1e-4)
    return np.asarray(np.log(full), np.float64)
