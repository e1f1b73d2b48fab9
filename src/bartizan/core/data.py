"""Data at a plugin's face: NumPy arrays with their place in the source, dealt out by role."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .base import Frozen
from .errors import DataError
from .suggest import did_you_mean

Array = NDArray[np.float32]
Labels = NDArray[np.int64]


class Feature(Frozen):
    """One column of tabular data and what an adversary may do to it."""

    name: str
    type: Literal["continuous", "integer", "categorical", "binary"] = "continuous"
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()
    mutable: bool = True
    direction: Literal["any", "increase", "decrease"] = "any"


@dataclass(frozen=True)
class Data:
    """Examples `x` (float32; images N×C×H×W, tables N×D), labels `y` (int64, N), and their rows in the source."""

    x: Array
    y: Labels
    rows: NDArray[np.int64]
    features: tuple[Feature, ...] = ()

    @classmethod
    def of(cls, x: Array, y: Labels, features: tuple[Feature, ...] = ()) -> Data:
        """Wrap arrays, numbering the rows from 0."""
        return cls(
            np.ascontiguousarray(x, dtype=np.float32),
            np.ascontiguousarray(y, dtype=np.int64),
            np.arange(len(y), dtype=np.int64),
            features,
        )

    def __len__(self) -> int:
        return len(self.y)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Data:
        """The examples at `index`, in that order."""
        return replace(self, x=self.x[index], y=self.y[index], rows=self.rows[index])

    def join(self, other: Data) -> Data:
        """Both, one after the other."""
        return replace(
            self,
            x=np.concatenate([self.x, other.x]),
            y=np.concatenate([self.y, other.y]),
            rows=np.concatenate([self.rows, other.rows]),
        )

    def column(self, name: str) -> int:
        """Where the named column of a table is. Raises `DataError` where none has that name."""
        names = [f.name for f in self.features]
        if name not in names:
            raise DataError(f"the data have no column called '{name}'{did_you_mean(name, names)}")
        return names.index(name)

    def contents(self) -> list[bytes]:
        """SHA-256 of each input, N; equal inputs have equal digests, whatever their labels."""
        return [hashlib.sha256(row.tobytes()).digest() for row in np.ascontiguousarray(self.x)]

    def copy(self) -> Data:
        """The same in arrays of its own, to be handed to somebody who may write into them."""
        return replace(self, x=self.x.copy(), y=self.y.copy(), rows=self.rows.copy())

    def digest(self) -> str:
        """SHA-256 over shapes and contents of `x` and `y`, and over the rules of the features, where there are any."""
        h = hashlib.sha256()
        for a in (self.x, self.y):
            h.update(f"{a.dtype.str}{a.shape}".encode())
            h.update(np.ascontiguousarray(a).tobytes())
        for feature in self.features:
            h.update(feature.to_json().encode())
        return h.hexdigest()


def _empty() -> Data:
    return Data.of(np.zeros((0, 1), np.float32), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Roles:
    """Who may see what.

    probe      examples under attack, or those a claim is tested on
    auxiliary  what the adversary owns; disjoint from the probe and from the training data
    writable   records it may alter before training (the training set of the target)
    secrets    only the referee sees these: e.g. `member` (bool, one per probe example)
    parties    records of the other parties of a federated training, of which only their updates are seen
    """

    probe: Data
    auxiliary: Data = field(default_factory=_empty)
    writable: Data = field(default_factory=_empty)
    secrets: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    parties: Data = field(default_factory=_empty)

    def digest(self) -> str:
        """SHA-256 over every role and the secrets."""
        h = hashlib.sha256()
        for part in (self.probe, self.auxiliary, self.writable, *([self.parties] if len(self.parties) else ())):
            h.update(part.digest().encode())
        for name in sorted(self.secrets):
            h.update(name.encode() + np.ascontiguousarray(self.secrets[name]).tobytes())
        return h.hexdigest()

    def open(self) -> Roles:
        """A copy without the secrets: what an attack may be handed, and may scribble on unseen by the referee."""
        return Roles(self.probe.copy(), self.auxiliary.copy(), self.writable.copy())
