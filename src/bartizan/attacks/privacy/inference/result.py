"""What membership inference found, in numbers and in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.numerics.membership import Scores
from bartizan.numerics.told_apart import ToldApart

from .triage import Triage


@dataclass(frozen=True)
class Refused:
    """A false-positive rate of which too few non-members let nobody speak."""

    fpr: float
    needed: int
    have: int

    def __str__(self) -> str:
        return f"a false-positive rate of {self.fpr:g} needs {self.needed:,} non-members, and there are {self.have:,}"


@dataclass(frozen=True)
class MembershipInference:
    """auc, auc_low, auc_high: area under the ROC with its 95 % interval. rates: true-positive rates, one for each
    false-positive rate that the non-members allow, and `refused` the others.

    leaks: whether members are told at all, claimed falsely in at most 5 % of runs (`p`: Holm over the area and the
    rates). risk: for each member in the order given, the lowest false-positive rate at which it is told. Small is
    exposed. roc: false- and true-positive rates at points equally apart in the logarithm of the first.
    score: which was used, `why`; scores: of all records in the order given, members first, by name. queries: inputs
    that the target answered; trainings: models trained. recipe: distance of the target's answers from the
    references', and what is allowed of it; flags: doubts, each with a section in docs/flags.md. peak: bytes that
    training references by a `Recipe` took at its height, records and answers among them, as it counts them; else None.
    """

    n_members: int
    n_non_members: int
    auc: float
    auc_low: float
    auc_high: float
    rates: tuple[ToldApart, ...]
    refused: tuple[Refused, ...]
    leaks: bool
    p: float
    risk: Scores
    roc: tuple[Scores, Scores]
    score: str
    why: str
    scores: dict[str, Scores]
    queries: int
    trainings: int
    triage: Triage
    recipe: tuple[float, float] | None = None
    flags: tuple[Flag, ...] = ()
    peak: int | None = field(default=None, compare=False)
    says: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "says", _sentence(self))

    def at(self, fpr: float) -> ToldApart:
        """The result at one of the false-positive rates. Raises `KeyError` with the reason where it was refused."""
        for told in self.rates:
            if told.fpr == fpr:
                return told
        reason = next((str(r) for r in self.refused if r.fpr == fpr), f"{fpr:g} was not asked for")
        raise KeyError(reason)

    def most_exposed(self, n: int = 10) -> NDArray[np.int64]:
        """Rows of the `n` members told most easily, the first ones first."""
        return np.argsort(self.risk, kind="stable")[:n].astype(np.int64)


def _sentence(r: MembershipInference) -> str:
    """k of 1,000 training records at one false accusation in so many."""
    if not r.rates:
        return f"nothing can be said at a low false-positive rate: {r.refused[0]}"
    told = min(r.rates, key=lambda t: t.fpr)
    n = max(r.n_members, 1)
    of = 1000 if n >= 1000 else n
    k = round(told.tpr * of)
    text = (
        f"{k} of {of:,} training records can be told from outsiders with at most one false accusation in "
        f"{round(1 / told.fpr):,} (between {told.low * of:.3g} and {told.high * of:.3g})"
    )
    if r.leaks:
        return text
    return f"no leak was shown: {text}, which chance alone may give"
