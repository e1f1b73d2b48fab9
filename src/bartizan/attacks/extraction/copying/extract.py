"""`extract`: steal the function of a model through its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.distillation import NOISE, query_pool
from bartizan.numerics.projections import Norm
from bartizan.numerics.seeds import child
from bartizan.numerics.students import build_student, distil, student_scores

from .answers import Answers, to_teach
from .inputs import checked_access, checked_budgets, checked_inputs, parted
from .judging import Judge
from .ledger import Ledger
from .oracle import Oracle
from .result import Extraction, Stolen
from .selection import SELECTIONS, Selection, scouted, select, sketch
from .teaching import TEMPERATURE, rate_for

Build = Callable[[int], Any]
SCOUT = 4
"""One in so many steps goes to a copy that only tells what to ask next."""


def extract(
    target: Any,
    pool: Any,
    *,
    budget: int | Sequence[int],
    access: str = "scores",
    price: float | None = None,
    x_test: Any = None,
    y_test: Any = None,
    selection: Selection = "auto",
    steps: int = 1000,
    width: int = 16,
    student: Build | None = None,
    ledger: str | Path | None = None,
    decimals: int = 2,
    classes: int | None = None,
    bounds: tuple[float, float] | None = None,
    norm: Norm = "linf",
    eps: float | None = None,
    seed: int = 0,
    batch: int = 64,
    device: str = "cpu",
) -> Extraction:
    """Copy `target` by asking it about inputs of `pool` (M×…) and teaching a student the answers.

    target: a `Target`, a torch module in evaluation mode, or a function from NumPy inputs N×… to logits or
    probabilities N×K or classes N. access: how much of an answer the thief is let see: `logits`, `scores`, `rounded`
    (to `decimals`), `top1` (the best class with its score), `labels`. budget: queries, or several numbers for a curve,
    each point of which builds on the answers before it. price: of a query, in any currency.

    selection: which inputs are asked (`selection`); `auto` is what was measured best. A pool smaller than the budget is
    stretched by noisy mixtures of its inputs within `bounds`. steps: optimiser steps of each copy, whatever its
    queries, in batches of 64. width, student: the size of the student network, or a function from a seed to any
    other module of logits. classes: how many there are, for a target that answers with classes alone.

    x_test, y_test: inputs to measure on, and their true classes; without them a fifth of the pool, at most 1,000. They
    are asked about on top of the budget and counted apart. eps, norm: how far inputs may be changed to see what fooling
    the copy does to the target (`bounds` needed); one more query each of at most 200 of them. ledger: a file of all
    queries and answers; the same call with a ledger that was cut off goes on with it, and pays for nothing twice.

    The same seed gives the same copy on the same machine. Raises `UsageError` and its kin in one sentence.
    """
    points, seen = checked_budgets(budget), checked_access(access)
    _refuse_settings(selection, steps, width, price, batch)
    own, held_out, truth = parted(checked_inputs(pool, "pool"), x_test, y_test, child(seed, "held out"))
    oracle = Oracle(target, seen, decimals=decimals, classes=classes, batch=batch, device=device)
    judge = Judge.asking(oracle, held_out, truth)
    _refuse_ball(eps, bounds)
    book = _book(ledger, own.shape[1:], oracle, points[-1])
    build = student or _builder(own.shape[1:], oracle.classes, width)
    thief = Thief(oracle, book, own, build, steps, selection, seed, batch, device, bounds, points[-1])
    curve = []
    for n in points:
        thief.ask_up_to(n)
        copy = thief.teach(n)
        fidelity, accuracy = judge.of(copy, device)
        cost = None if price is None else price * n
        curve.append(Stolen(n, fidelity, accuracy, cost, steps - thief.scouting, thief.scouting))
        thief.scouting = 0
    evasion = None
    if eps is not None and bounds is not None:
        evasion = judge.evaded(
            oracle, copy, norm=norm, eps=eps, bounds=bounds, seed=child(seed, "evade"), device=device
        )
    return Extraction(
        surrogate=copy, curve=tuple(curve), access=seen, selection=selection, ledger=book,
        target_accuracy=judge.target_accuracy, agreement=judge.agreement, checked=oracle.asked - thief.sent,
        evasion=evasion, flags=(*judge.flags(), *_mended(book)),
    )  # fmt: skip


@dataclass
class Thief:
    """What somebody who steals a model owns and does: a pool, a ledger, students."""

    oracle: Oracle
    ledger: Ledger
    own: Array
    build: Build
    steps: int
    selection: Selection
    seed: int
    batch: int
    device: str
    bounds: tuple[float, float] | None
    most: int

    def __post_init__(self) -> None:
        seed = child(self.seed, "pool")
        want = max(self.most, len(self.own))
        self.pool = query_pool(self.own, self.own.shape[1:], self.bounds, want, noise=NOISE, seed=seed)
        self.asked = np.zeros(len(self.pool), np.bool_)
        self.order: list[NDArray[np.int64]] = []
        self.scouting = 0
        self.sent = 0
        self._points = sketch(self.pool, seed)
        self._last: list[Any] = []

    @property
    def lessons(self) -> tuple[Array, Answers]:
        """Inputs and answers so far, in the order they were chosen."""
        x = self.pool[np.concatenate(self.order)]
        return x, self._answers(x)

    def ask_up_to(self, n: int) -> None:
        """Choose and ask until `n` queries are spent, those lost included; the first half unseen where a copy must tell
        what to ask next and there is none yet."""
        if scouted(self.selection, n) and not self._last:
            self._ask(n // 2)
            self.scouting = self.steps // SCOUT
            self._last = [self._from_lessons(self.scouting, child(self.seed, "scout", n))]
        self._ask(n)

    def _ask(self, n: int) -> None:
        more = n - self.ledger.lost - int(self.asked.sum())
        if more <= 0:
            return
        rows = select(self.selection, self._points, self.asked, more, self._students(n), child(self.seed, "select", n))
        self.asked[rows] = True
        self.order.append(rows)
        self._answers(self.pool[rows])

    def _answers(self, x: Array) -> Answers:
        before = self.oracle.asked
        answers = self.ledger.ask(self.oracle, x, self.batch)
        self.sent += self.oracle.asked - before
        return answers

    def teach(self, n: int) -> Any:
        """A copy from all answers so far."""
        copy = self._from_lessons(self.steps - self.scouting, child(self.seed, "student", n))
        self._last = [copy]
        return copy

    def _from_lessons(self, steps: int, seed: int) -> Any:
        x, answers = self.lessons
        targets = to_teach(answers, self.oracle.access, self.oracle.classes)
        student = self.build(seed).to(self.device)
        distil(
            student, x, targets, steps=steps, seed=seed, device=self.device, rate=rate_for(steps),
            temperature=TEMPERATURE if self.oracle.access in ("logits", "scores") else 1.0,
        )  # fmt: skip
        return student.eval()

    def _students(self, n: int) -> list[Array]:
        """Scores of the last copy for the pool, where they are asked for."""
        if not scouted(self.selection, n):
            return []
        return [student_scores(s, self.pool, self.device) for s in self._last]


def _book(path: str | Path | None, shape: tuple[int, ...], oracle: Oracle, budget: int) -> Ledger:
    """A new ledger, or the one in the file if it is of the same kind. Raises `DataError`."""
    if path is None or not Path(path).exists():
        return Ledger.begin(shape, oracle.width, oracle.access, path)
    book = Ledger.open(path)
    fresh = {"input_shape": list(shape), "width": oracle.width, "access": oracle.access}
    other = [f"{k} {book.head[k]}, not {fresh[k]}" for k in fresh if book.head[k] != fresh[k]]
    if other:
        raise DataError(f"the ledger {path} is of another theft ({'; '.join(other)}); name another file")
    if book.spent > budget:
        raise UsageError(f"the ledger {path} holds {book.spent} queries already, and the budget is {budget}")
    return book


def _mended(book: Ledger) -> list[Flag]:
    if not book.mended and not book.lost:
        return []
    detail = f"{book.lost} queries were sent and never answered; they count as spent"
    if book.mended:
        detail += f"; {book.mended} bytes of a half-written record were taken away"
    return [Flag(id="ledger_mended", detail=detail)]


def _builder(shape: tuple[int, ...], classes: int, width: int) -> Build:
    return lambda seed: build_student(shape, classes, width=width, seed=seed)


def _refuse_ball(eps: float | None, bounds: tuple[float, float] | None) -> None:
    if eps is not None and (bounds is None or not (np.isfinite(eps) and eps > 0)):
        raise UsageError(f"eps={eps} with bounds={bounds}; to see what fools the target give both, eps above 0")


def _refuse_settings(selection: str, steps: int, width: int, price: float | None, batch: int) -> None:
    if selection not in SELECTIONS:
        raise UsageError(f"there is no selection {selection!r}; known are {', '.join(SELECTIONS)}")
    for name, value in (("steps", steps), ("width", width), ("batch", batch)):
        if value < 1:
            raise UsageError(f"{name}={value} must be at least 1")
    if price is not None and not (np.isfinite(price) and price >= 0):
        raise UsageError(f"the price is {price}; it must be a number from 0")
