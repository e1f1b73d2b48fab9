"""The ledger of a theft: which inputs were asked, when, and what came back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import DataError

from . import ledger_file as on_disk

Rows = NDArray[np.float32]


class Ledger:
    """Questions and their answers in the order they were asked, in memory and, with a `path`, on disk.

    A question is written down before it is sent and its answer when it comes, so whatever happens in between, the
    ledger knows what has been spent. `lost`: questions that were sent and whose answers never came. `mended`: bytes of
    a half-written record that were taken away when the file was opened.
    """

    def __init__(self, head: dict[str, Any], path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self.head, self.path, self._clock = head, path, clock
        self._inputs: list[Rows] = []
        self._answers: list[Rows] = []
        self._times: list[NDArray[np.float64]] = []
        self._row: dict[bytes, int] = {}
        self.lost = self.mended = 0

    @classmethod
    def begin(
        cls,
        input_shape: tuple[int, ...],
        width: int,
        access: str,
        path: str | Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> Ledger:
        """An empty ledger of inputs of `input_shape` and answers of `width` numbers. Raises `DataError` where the file
        exists."""
        head = {"input_shape": list(input_shape), "width": width, "access": access}
        place = Path(path) if path is not None else None
        if place is not None:
            on_disk.write_head(place, head)
        return cls(head, place, clock)

    @classmethod
    def open(cls, path: str | Path, clock: Callable[[], float] = time.time) -> Ledger:
        """Go on with the ledger in a file. One that was cut off in the middle of a query is mended: what was half
        written is taken away, a question without an answer counts as spent. Raises `DataError` on a damaged one."""
        place = Path(path)
        found = on_disk.read(place)
        ledger = cls(found.head, place, clock)
        ledger._take_in(found.records)
        if found.torn:
            on_disk.cut(place, found.whole)
            ledger.mended = found.torn
        return ledger

    @property
    def inputs(self) -> Array:
        """What was asked and answered, N×…"""
        shape = tuple(self.head["input_shape"])
        return np.concatenate(self._inputs).reshape(-1, *shape) if self._inputs else np.zeros((0, *shape), np.float32)

    @property
    def answers(self) -> Rows:
        """What came back, N×width; a class as a number where only labels come back."""
        width = int(self.head["width"])
        return np.concatenate(self._answers) if self._answers else np.zeros((0, width), np.float32)

    @property
    def times(self) -> NDArray[np.float64]:
        """When each was answered, in seconds since 1970, N."""
        return np.concatenate(self._times) if self._times else np.zeros(0)

    @property
    def spent(self) -> int:
        """Queries paid for: those answered and those lost."""
        return len(self._row) + self.lost

    def known(self, x: Array) -> NDArray[np.bool_]:
        """Which rows of `x` are answered in the ledger, N."""
        return np.array([_name(row) in self._row for row in x], np.bool_)

    def fresh(self, x: Array) -> int:
        """How many queries it would cost to know the answers to all of `x`."""
        return len({_name(row) for row in x} - set(self._row))

    def ask(self, target: Callable[[Array], Rows], x: Array, batch: int) -> Rows:
        """The answers to `x` (N×…), N×width; of the target only what the ledger does not know, `batch` at a time."""
        names = [_name(row) for row in x]
        first = {name: i for i, name in reversed(list(enumerate(names))) if name not in self._row}
        new = sorted(first.values())
        for i in range(0, len(new), batch):
            self._send(target, np.ascontiguousarray(x[new[i : i + batch]], np.float32))
        answers = self.answers
        return answers[[self._row[name] for name in names]] if names else answers[:0]

    def _send(self, target: Callable[[Array], Rows], x: Array) -> None:
        self._write(b"Q", x.reshape(len(x), -1))
        self.lost += len(x)
        answers = np.ascontiguousarray(target(x), np.float32).reshape(len(x), -1)
        if answers.shape[1] != self.head["width"]:
            raise DataError(f"the ledger holds answers of {self.head['width']} numbers, and {answers.shape[1]} came")
        now = self._write(b"A", answers)
        self._keep(x, answers, now)

    def _write(self, kind: bytes, rows: Array) -> float:
        now = self._clock()
        if self.path is not None:
            on_disk.append(self.path, kind, now, rows)
        return now

    def _keep(self, x: Array, answers: Rows, now: float) -> None:
        for row in x:
            self._row[_name(row)] = len(self._row)
        self._inputs.append(x.reshape(len(x), -1))
        self._answers.append(answers)
        self._times.append(np.full(len(x), now))
        self.lost -= len(x)

    def _take_in(self, records: list[on_disk.Record]) -> None:
        """Questions with their answers; a question that another question follows was lost."""
        asked: Rows | None = None
        for record in records:
            if record.kind == b"Q":
                asked = record.rows
                self.lost += len(asked)
            elif asked is not None and len(record.rows) == len(asked):
                self._keep(asked, record.rows, record.time)
                asked = None
            else:
                raise DataError(f"the ledger {self.path} is damaged: it holds answers nobody asked for; restore a copy")


def _name(row: Array) -> bytes:
    """What tells one input from another: a digest of its bits, with −0 as 0."""
    return hashlib.blake2b((np.ascontiguousarray(row, np.float32) + np.float32(0)).tobytes(), digest_size=16).digest()
