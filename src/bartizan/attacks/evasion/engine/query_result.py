"""What a search by queries amounts to, in the referee's words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.numerics.survival import Curve, kaplan_meier

from .asking import Access, Ledger
from .confirm import inside
from .query_doubts import Doubted, doubted
from .result import share
from .verdict import Reliability, reliability

MARKS = (100, 1000, 10_000)
Share = tuple[float, float, float]


@dataclass(frozen=True)
class QueryAttack:
    """What N examples cost in queries; every array is in their order.

    value, low, high: share that is right and stays right, with its exact 95 % interval (Clopper–Pearson).
    robust: which those are, as the referee found; clean: which are right unchanged; adversarial: the misread input
    found, the example itself where none was; y: true classes; before, after: the model's classes.
    fell: misread unchanged or by what the search found within the budget, and confirmed; queries: spent until then, or
    in all. checked: queries of the referee and of the checks, on top.
    curve: Kaplan–Meier estimate of the share still standing after so many queries, given up at what was spent.
    success: share fallen within 100, 1,000 and 10,000 queries with its exact interval, where the budget reaches them;
    median: queries until half have fallen, with its interval; None is beyond the budget.
    invalid: inputs the search took for successes and the referee did not.
    flags: doubts, each with a section in docs/flags.md; reliability: what they amount to. Only a `reliable` result may
    be read as robustness against whoever has this access and budget.
    """

    value: float
    low: float
    high: float
    n: int
    access: Access
    norm: str
    eps: float
    budget: int
    robust: NDArray[np.bool_]
    clean: NDArray[np.bool_]
    adversarial: Array
    y: Labels
    before: Labels
    after: Labels
    fell: NDArray[np.bool_]
    queries: NDArray[np.int64]
    checked: int
    curve: Curve
    success: dict[int, Share]
    median: tuple[float | None, float | None, float | None]
    invalid: int
    flags: tuple[Flag, ...] = ()
    reliability: Reliability = "reliable"

    @property
    def success_rate(self) -> float:
        """Share that fell within the budget."""
        return float(self.fell.mean())


def judged(ledger: Ledger, *, seed: int, checks: bool) -> QueryAttack:
    """Everything as the referee finds it, and not as the search says."""
    x, asked = ledger.x0, ledger.oracle.asked
    clean = ledger.margin >= 0
    claimed = ledger.fell & clean
    seen = _Seen.of(ledger, ledger.found, claimed)
    doubts = doubted(ledger, np.flatnonzero(clean & ~seen.fell), seed) if checks else Doubted(())
    noisy = doubts.placed(x)
    by_noise = _Seen.of(ledger, noisy, doubts.where(len(x)))
    fell = ~clean | seen.fell
    robust = clean & ~seen.fell & ~by_noise.fell
    value, low, high, n = share(robust)
    curve = kaplan_meier(ledger.spent, fell)
    return QueryAttack(
        value=value, low=low, high=high, n=n, access=ledger.oracle.access, norm=ledger.ball.norm, eps=ledger.eps,
        budget=ledger.budget, robust=robust, clean=clean, y=ledger.y, before=ledger.before,
        adversarial=_pick(seen.fell, ledger.found, _pick(by_noise.fell, noisy, x)),
        after=np.where(seen.fell, seen.classes, np.where(by_noise.fell, by_noise.classes, ledger.before)),
        fell=fell, queries=ledger.spent, checked=ledger.oracle.asked - asked, curve=curve,
        success={q: share(fell & (ledger.spent <= q))[:3] for q in MARKS if q <= ledger.budget},
        median=curve.median, invalid=int((claimed & ~seen.fell).sum()), flags=doubts.flags,
        reliability=reliability(doubts.flags),
    )  # fmt: skip


@dataclass(frozen=True)
class _Seen:
    """For each example: whether its claimed input is valid and misread, and its class (−1: not asked)."""

    fell: NDArray[np.bool_]
    classes: Labels

    @classmethod
    def of(cls, ledger: Ledger, changed: Array, claimed: NDArray[np.bool_]) -> _Seen:
        """Ask again about the inputs `changed` of the `claimed` examples."""
        x, y, ball = ledger.x0, ledger.y, ledger.ball
        fell, classes = np.zeros(len(x), np.bool_), np.full(len(x), -1, np.int64)
        rows = np.flatnonzero(claimed)
        if len(rows):
            margins, classes[rows] = ledger.oracle.again(changed[rows], y[rows])
            fell[rows] = (margins < 0) & inside(changed[rows], x[rows], ball.norm, ledger.eps, ball.bounds)
        return cls(fell, classes)


def _pick(mask: NDArray[np.bool_], one: Array, other: Array) -> Array:
    return np.where(mask.reshape(-1, *[1] * (one.ndim - 1)), one, other)
