"""Two versions of a target on the same examples: which of them a treatment mended, and which it broke."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bartizan.core.classwise import Paired
from bartizan.core.contracts import ArrayReader
from bartizan.numerics.paired import discordant, mcnemar

from .cases import Cases, cases
from .reading import Point, Reading


def pairs(before: Reading, after: Reading, arrays: ArrayReader, level: float) -> Paired | None:
    """The examples behind the two headline rates, one by one; None where they were not all kept or are not the same.

    A change of the headline is a claim about the largest rate on both sides. That one side's largest was picked
    after looking costs Bonferroni's factor there; it must differ from every estimate of the other side, not just the
    largest, so that the weakest of these tests counts (an intersection–union test, which needs no correction).
    """
    ones, others = _all(before, arrays), _all(after, arrays)
    if ones is None or others is None:
        return None
    one, other = ones[_place(before)], others[_place(after)]
    if not all(_same(one, c) for c in others) or not all(_same(other, c) for c in ones):
        return None
    mended, broken = _differing(one, other)
    return Paired(
        n=_common(one, other),
        mended=mended,
        broken=broken,
        p=mcnemar(mended, broken),
        adjusted=_adjusted(mended - broken, one, other, ones, others),
        level=level,
        before=_ids(before.worst()),
        after=_ids(after.worst()),
    )


def _all(reading: Reading, arrays: ArrayReader) -> list[Cases] | None:
    found = [c for p in reading.points if (c := cases(p, arrays)) is not None]
    return found if len(found) == len(reading.points) else None


def _place(reading: Reading) -> int:
    return reading.points.index(reading.worst())


def _adjusted(gain: int, one: Cases, other: Cases, ones: Sequence[Cases], others: Sequence[Cases]) -> float:
    """p-value of the claim that the largest rate fell (`gain` > 0), or rose."""
    if gain > 0:
        return min(1.0, len(ones) * max(_chance(*_differing(one, c)) for c in others))
    return min(1.0, len(others) * max(_chance(*reversed(_differing(c, other))) for c in ones))


def _chance(more: int, fewer: int) -> float:
    """McNemar's p where it is the first that is larger; 1 where it is not."""
    return mcnemar(more, fewer) if more > fewer else 1.0


def _differing(one: Cases, other: Cases) -> tuple[int, int]:
    n = _common(one, other)
    return discordant(one.harmed[:n], other.harmed[:n])


def _common(one: Cases, other: Cases) -> int:
    return min(len(one.harmed), len(other.harmed))


def _same(one: Cases, other: Cases) -> bool:
    """Whether these are the same examples as far as their classes tell; the shorter probe begins the longer."""
    n = _common(one, other)
    if one.y is None or other.y is None:
        return n > 0 and len(one.harmed) == len(other.harmed)
    return n > 0 and np.array_equal(one.y[:n], other.y[:n])


def _ids(point: Point) -> tuple[str, ...]:
    return tuple(e.id for e in point.trials)
