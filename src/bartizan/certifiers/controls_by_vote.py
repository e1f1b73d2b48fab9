"""Five voters on one number between 0 and 1, each with a border of its own: the mean label of the records it saw."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.core.vocabulary import Capability

VOTERS, RECORDS = 5, 40
ASKED = 2  # records
FAR, NEAR = 0.45, 1e-3  # of the probe from the border of a half, which no record and any record can move past it


class Voters(Target):
    """Class 1 beyond a voter's border. apart: each voter saw its own part of the records; else all saw all of them."""

    def __init__(self, borders: NDArray[np.float64], apart: bool) -> None:
        self.borders, self.apart = borders, apart
        self.info = TargetInfo(
            id="voters", input_shape=(1,), classes=2, bounds=(0.0, 1.0), modality="tabular", retrainable=True,
            digest=f"voters {borders.tolist()} {apart}", voters=VOTERS,
        )  # fmt: skip

    def scores(self, x: Array) -> Array:
        ones = (x.reshape(-1, 1) > self.borders).mean(axis=1)
        return np.stack([1 - ones, ones], axis=1).astype(np.float32)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        part = np.rint(x.reshape(-1) * RECORDS).astype(np.int64) // 2 % VOTERS
        seen = [y[part == i] if self.apart else y for i in range(VOTERS)]
        return Voters(np.array([s.mean() for s in seen]), self.apart)


def unanimous() -> Control:
    """Positive: all five agree, and two records move two of them at most; every answer must be certified."""
    return _control("five of five", "positive", 1.0, Voters(np.full(VOTERS, 0.5), apart=True), FAR)


def by_a_hair() -> Control:
    """Negative: three against two, which one record turns; none may be certified."""
    borders = np.array([0.0, 0.0, 0.5, 1.0, 1.0])
    return _control("three against two", "negative", 0.0, Voters(borders, apart=True), FAR)


def trained_together() -> Control:
    """Negative: all five agree, and two records move all of them at once; no certificate may stand."""
    return _control("five that saw everything", "negative", 0.0, Voters(np.full(VOTERS, 0.5), apart=False), NEAR)


def _control(
    name: str, kind: Literal["positive", "negative"], threshold: float, target: Target, distance: float
) -> Control:
    return Control(
        name=name,
        kind=kind,
        target=lambda: target,
        roles=lambda: _roles(distance),
        access=Access(capabilities=(Capability.SCORES,)),
        budget=Budget(),
        params={"records": (ASKED,)},
        harm="certified_share",
        threshold=threshold,
    )


def _roles(distance: float) -> Roles:
    """Forty records of both classes in turn, and twenty probes on either side of a half."""
    y = np.arange(RECORDS) % 2
    sides = np.arange(20) % 2
    asked, known = 0.5 + distance * (2 * sides - 1), np.arange(RECORDS) / RECORDS
    return Roles(probe=_column(asked, sides), writable=_column(known, y))


def _column(x: NDArray[np.floating], y: Labels) -> Data:
    return Data.of(x.reshape(-1, 1).astype(np.float32), y)
