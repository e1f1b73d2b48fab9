"""Searching for the fewest changed features that turn a decision.

Each search is a generator: it yields candidate rows (M×D) of one example and is sent their margins (M), negative where
the decision has turned. `drive` runs many searches side by side, so that their questions share batches.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

from .hits import Hits
from .queries import Queries

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Moves = list[tuple[int, Array]]
Search = Generator[Array, Floats, None]


def beam(x0: Array, moves: Moves, *, depth: int, width: int, most: int, rng: np.random.Generator) -> Search:
    """Change one feature, two, … up to `depth`, going on from the `width` best rows; at most `most` questions a step.

    The first step tries every single change, so with room enough a turned decision after one change is never missed.
    Ends at the first step that turns the decision.
    """
    states = [x0]
    for _ in range(depth):
        rows = _changed_once_more(x0, states, moves)
        if not len(rows):
            return
        if len(rows) > most:
            rows = rows[np.sort(rng.choice(len(rows), most, replace=False))]
        margins = yield rows
        if (margins < 0).any():
            return
        states = [rows[i] for i in np.argsort(margins, kind="stable")[:width]]


def graft_and_prune(x0: Array, grafts: Array, *, enough: int, rng: np.random.Generator) -> Search:
    """Ask about rows far away (`grafts`, M×D); from each whose decision differs, take back one change after the other.

    Those with the fewest changes come first. Needs labels only. Ends when no more than `enough` changes are left.
    """
    if not len(grafts):
        return
    margins = yield grafts
    turned = grafts[margins < 0]
    for graft in turned[np.argsort((turned != x0).sum(axis=1), kind="stable")]:
        row = graft.copy()
        for j in rng.permutation(np.flatnonzero(row != x0)):
            trial = row.copy()
            trial[j] = x0[j]
            margins = yield trial[None]
            row = trial if margins[0] < 0 else row
        if int((row != x0).sum()) <= enough:
            return


class Asking:
    """A search with the rows it wants answered and the margins it has so far; it rests when the money is spent."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.rows: Array | None = next(search, None)
        self.margins: list[float] = []

    @property
    def open(self) -> Array | None:
        """Rows still to be answered; None when the search has ended."""
        return None if self.rows is None else self.rows[len(self.margins) :]

    def answer(self, margins: Floats) -> None:
        """Take some more margins; when all are there, the search goes on."""
        self.margins += margins.tolist()
        if self.rows is not None and len(self.margins) == len(self.rows):
            try:
                self.rows = self._search.send(np.array(self.margins))
            except StopIteration:
                self.rows = None
            self.margins = []


def drive(searches: dict[int, Asking], queries: Queries, hits: Hits) -> None:
    """Run the searches of the examples named by the keys until each has ended or cannot pay.

    `queries` answers margins. Called again after more has been allowed, every search goes on where it rested.
    """
    while True:
        paid: dict[int, Array] = {}
        room = queries.left_in_all()
        for i, asking in searches.items():
            rows = asking.open
            k = 0 if rows is None else max(min(len(rows), queries.left(i), room), 0)
            if rows is not None and k:
                paid[i] = rows[:k]
                room -= k
        if not paid:
            return
        for i, margins in _ask(paid, queries, hits).items():
            searches[i].answer(margins)


def _ask(paid: dict[int, Array], queries: Queries, hits: Hits) -> dict[int, Floats]:
    """One round of questions; success is booked at the very query that brought it."""
    before = {i: int(queries.spent[i]) for i in paid}
    of = np.repeat(np.fromiter(paid, np.int64), [len(rows) for rows in paid.values()])
    margins = np.asarray(queries.in_parts(np.concatenate(list(paid.values())), of), np.float64)
    answers, start = {}, 0
    for i, rows in paid.items():
        answers[i] = margins[start : start + len(rows)]
        start += len(rows)
        for k in np.flatnonzero(answers[i] < 0):
            hits.add(np.array([i]), rows[k][None], np.array([before[i] + k + 1]))
    return answers


def _changed_once_more(x0: Array, states: list[Array], moves: Moves) -> Array:
    """Every row one allowed change away from a state, on a feature that the state has not changed yet."""
    found: dict[bytes, Array] = {}
    for state in states:
        for j, values in moves:
            if state[j] != x0[j]:
                continue
            for value in values:
                row = state.copy()
                row[j] = value
                found.setdefault(row.tobytes(), row)
    return np.stack(list(found.values())) if found else np.zeros((0, x0.size), np.float32)
