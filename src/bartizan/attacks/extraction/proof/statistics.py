"""How much a model has in common with a victim, in numbers; all independent models have about as much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels

Answers = NDArray[np.float64]
Ask = Callable[[Array], Answers]
"""Probabilities N×K, one-hot where only classes are given."""


CLOSENESS = 0.1
"""How much the probabilities count beside the class."""


@dataclass(frozen=True)
class Fingerprint:
    """Inputs on which the victim answers in a way of its own, N×…, and its answers, N×K.

    Lukas, Zhang and Kerschbaum, Deep neural network fingerprinting by conferrable adversarial examples, ICLR 2021,
    arXiv:1912.00888, choose inputs that copies share and independent models do not; here they are chosen among natural
    ones, which asks for no gradients.
    """

    x: Array
    answers: Answers

    @classmethod
    def of(cls, victim: Ask, others: Sequence[Ask], x: Array, size: int) -> Fingerprint:
        """The `size` inputs of `x` (N×…) on which the victim is farthest from independent models on average; where
        there are none of these, those it is least sure of."""
        theirs = victim(x)
        if others:
            odd = -np.mean([_alike(theirs, other(x)) for other in others], axis=0)
        else:
            top = np.sort(theirs, axis=1)
            odd = top[:, -2] - top[:, -1]
        rows = np.argsort(-odd, kind="stable")[:size]
        return cls(x[rows], theirs[rows])

    def __call__(self, model: Ask) -> float:
        """How much alike the answers are on average: 1 for the victim itself."""
        return float(_alike(self.answers, model(self.x)).mean())


def _alike(a: Answers, b: Answers) -> Answers:
    """Whether the classes are the same, N; a little less the farther apart the probabilities are, which breaks ties.

    Classes first: a copy that was taught by classes is surer than the victim, as independent models are not.
    """
    apart = 0.5 * np.abs(a - b).sum(axis=1)
    return np.asarray((1 - CLOSENESS) * (a.argmax(axis=1) == b.argmax(axis=1)) + CLOSENESS * (1 - apart), np.float64)


@dataclass(frozen=True)
class Records:
    """The victim's training records and others of the same kind that it never saw.

    A copy inherits some of the victim's being surer of the former. Maini, Yaghini and Papernot, Dataset inference, ICLR
    2021, arXiv:2104.10706; without the controls used here it accuses independent models too (Szyller and others,
    arXiv:2210.13631).
    """

    private: tuple[Array, Labels]
    public: tuple[Array, Labels]

    def __call__(self, model: Ask) -> float:
        """The difference of mean margins between the two, in pooled standard errors."""
        a, b = (_margins(model(x), y) for x, y in (self.private, self.public))
        spread = float(np.sqrt(a.var() / len(a) + b.var() / len(b)))
        return float(a.mean() - b.mean()) / max(spread, 1e-12)


def _margins(p: Answers, y: Labels) -> Answers:
    """Log-probability of the true class less that of the best other, N."""
    log_p = np.log(np.clip(p, 1e-6, 1))
    rows = np.arange(len(y))
    mine = log_p[rows, y]
    log_p[rows, y] = -np.inf
    return np.asarray(mine - log_p.max(axis=1), np.float64)


def as_probabilities(answers: NDArray[Any], classes: int) -> Answers:
    """Of logits, probabilities or classes."""
    from ..copying.answers import kind_of, probabilities

    kind = kind_of(answers)
    if kind == "labels":
        return np.asarray(answers[:, None] == np.arange(classes), np.float64)
    return np.asarray(probabilities(answers) if kind == "logits" else answers, np.float64)
