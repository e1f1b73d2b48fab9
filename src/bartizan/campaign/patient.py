"""What the doctor examines, and what one look at it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data
from bartizan.core.target import Target

Status = Literal["ok", "warn", "fail"]
Bounds = tuple[float, float] | None


@dataclass(frozen=True)
class Check:
    """One thing looked at. `sentence` says what was seen and, unless it is fine, how to mend it."""

    id: str
    status: Status
    sentence: str


@dataclass(frozen=True)
class Patient:
    """A target with what it is examined on. `scores` are those of `x`, asked for once; `train` where it is known."""

    target: Target
    data: Data
    x: Array
    scores: Array
    bounds: Bounds
    eps: float | None
    norm: str
    stated_accuracy: float | None
    train: Data | None


Look = Callable[[Patient], Iterator[Check]]
"""Yields what it sees. Raises what the target raises."""


def spread(n: int, most: int) -> NDArray[np.int64]:
    """At most `most` row numbers, evenly over 0 … n-1."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64))
