"""Reading exposures together: the highest level of several."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.exposure import Exposure
from bartizan.core.vocabulary import Level


def highest(exposures: Iterable[Exposure], *, item: str) -> str:
    """The highest level among the exposures of one item; empty when it has none. `unknown` counts as high, and is
    said only where nothing is known to be high."""
    return worst(e.level for e in exposures if e.item == item)


def worst(levels: Iterable[Level]) -> str:
    """The highest of several levels, empty for none."""
    order = (Level.LOW, Level.MEDIUM, Level.UNKNOWN, Level.HIGH)
    found = max(levels, key=order.index, default=None)
    return str(found) if found is not None else ""
