"""`ownership`: was this model copied from that one? With independent models as controls, and a p-value that holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.seeds import child

from ..copying.inputs import checked_inputs, checked_labels
from ..copying.oracle import asking, readable
from .statistics import Answers, Ask, Fingerprint, Records, as_probabilities

CHOOSERS = 5
"""Controls that help to choose the fingerprint, and therefore cannot judge by it."""
Pair = tuple[Any, Any]


@dataclass(frozen=True)
class Check:
    """statistic: what the suspect has in common with the victim; controls: what independent models have. p: the
    chance that an independent model has as much."""

    statistic: float
    controls: tuple[float, ...]
    p: float


@dataclass(frozen=True)
class Ownership:
    """p: over all checks (Bonferroni). verdict: `copied` where p ≤ alpha; otherwise `no evidence`, which is not the
    same as independent. queries: asked of the suspect."""

    verdict: Literal["copied", "no evidence"]
    p: float
    alpha: float
    checks: dict[str, Check]
    queries: int
    said: str


def ownership(
    suspect: Any,
    victim: Any,
    controls: Sequence[Any],
    *,
    x: Any,
    private: Pair | None = None,
    public: Pair | None = None,
    size: int = 200,
    classes: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
    device: str = "cpu",
) -> Ownership:
    """Compare what `suspect` has in common with `victim` with what independent `controls` have.

    Models are targets, torch modules or functions as for `extract`, all of the same kind of answer; classes: how many,
    if they answer with classes alone. controls: models of the same task made without victim and its records, by people
    or recipes like the suspect's: if the suspect is independent it must be one like them. At least 1 / alpha − 1 judge
    (19 for 5 %), `CHOOSERS` more choose the fingerprint. x: inputs the fingerprint of `size` inputs is chosen from.
    private, public: records (x, y) the victim was trained on and others, for a second check by dataset inference.

    p is the rank of the suspect among the controls that judge, ties broken at random by `seed`: uniform for an
    independent suspect, whatever the statistic. Raises `UsageError` and its kin in one sentence.
    """
    inputs = checked_inputs(x, "x")
    judges, choosers = _dealt(controls, alpha, seed)
    known = classes or _classes(victim, inputs, device)
    count = _Counted(_ask(suspect, known, device))
    marks: dict[str, Callable[[Ask], float]] = {
        "fingerprint": Fingerprint.of(
            _ask(victim, known, device), [_ask(c, known, device) for c in choosers], inputs, min(size, len(inputs))
        )
    }
    if private is not None and public is not None:
        marks["records"] = Records(_records(private, "private"), _records(public, "public"))
    elif private is not None or public is not None:
        raise DataError("dataset inference compares records of the training set with others: give private and public")
    asks = [_ask(c, known, device) for c in judges]
    checks = {name: _check(mark, count, asks, child(seed, name)) for name, mark in marks.items()}
    p = min(1.0, len(checks) * min(c.p for c in checks.values()))
    verdict: Literal["copied", "no evidence"] = "copied" if p <= alpha else "no evidence"
    return Ownership(verdict, p, alpha, checks, count.queries, _said(verdict, p, len(judges)))


def rank_p(statistic: float, controls: Sequence[float], seed: int) -> float:
    """The chance of as much among exchangeable models: uniform on (0, 1] if `statistic` is of one like `controls`."""
    above, equal = (sum(c > statistic for c in controls), sum(c == statistic for c in controls))
    share = 1 - float(np.random.default_rng(seed).random())
    return (above + share * (equal + 1)) / (len(controls) + 1)


def _check(mark: Callable[[Ask], float], suspect: Ask, judges: Sequence[Ask], seed: int) -> Check:
    mine, theirs = mark(suspect), tuple(mark(j) for j in judges)
    return Check(mine, theirs, rank_p(mine, theirs, seed))


def _dealt(controls: Sequence[Any], alpha: float, seed: int) -> tuple[list[Any], list[Any]]:
    """Those that judge and those that choose, at random. Raises `UsageError` with the number that is needed."""
    if not 0 < alpha < 1:
        raise UsageError(f"alpha={alpha} must be between 0 and 1")
    least = int(np.ceil(1 / alpha - 1 - 1e-9))
    if len(controls) < least:
        raise UsageError(
            f"{len(controls)} independent models cannot bear out p ≤ {alpha:g}; give at least {least}, better "
            f"{least + CHOOSERS}"
        )
    order = np.random.default_rng(child(seed, "deal")).permutation(len(controls))
    choosing = min(CHOOSERS, len(controls) - least)
    dealt = [controls[i] for i in order]
    return dealt[choosing:], dealt[:choosing]


class _Counted:
    """A model that counts what it is asked."""

    def __init__(self, ask: Ask) -> None:
        self._ask, self.queries = ask, 0

    def __call__(self, x: Array) -> Answers:
        self.queries += len(x)
        return self._ask(x)


def _ask(model: Any, classes: int, device: str) -> Ask:
    predict = asking(model, "scores", device)

    def answers(x: Array) -> Answers:
        said = as_probabilities(readable(predict(np.ascontiguousarray(x)), len(x)), classes)
        if said.shape[1] != classes:
            raise DataError(f"a model answers with {said.shape[1]} classes where the victim has {classes}")
        return said

    return answers


def _classes(victim: Any, x: Array, device: str) -> int:
    answers = readable(asking(victim, "scores", device)(x[:2]), min(2, len(x)))
    if answers.ndim == 1:
        raise UsageError("the victim answers with classes alone; say how many there are (classes=…)")
    return int(answers.shape[1])


def _records(pair: Pair, name: str) -> tuple[Array, Labels]:
    x = checked_inputs(pair[0], name)
    y = checked_labels(pair[1], len(x), f"the classes of {name}")
    if y is None:
        raise DataError(f"{name} has no classes; give (x, y)")
    return x, y


def _said(verdict: str, p: float, judges: int) -> str:
    if verdict == "copied":
        return (
            f"an independent model has as much in common with the victim with probability {p:.3g} ({judges} controls)"
        )
    return f"{judges} independent models have as much in common with the victim as the suspect (p = {p:.3g})"
