"""What a treatment costs in clean accuracy, as its referee measured it."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.artifact import Measurement

NAMES = ("accuracy", "clean_accuracy")


def accuracy_change(costs: Iterable[Measurement]) -> float | None:
    """The change of clean accuracy: as measured, or as the difference of before and after. None when neither is."""
    costs = list(costs)
    change = next((m for m in costs if m.estimand in [f"{n}_change" for n in NAMES]), None)
    if change is not None:
        return change.value
    before, after = accuracy_before(costs), accuracy_after(costs)
    return after.value - before.value if before and after else None


def accuracy_before(costs: Iterable[Measurement]) -> Measurement | None:
    """Of the model as described."""
    return _accuracy(costs, "before")


def accuracy_after(costs: Iterable[Measurement]) -> Measurement | None:
    """Of the treated model."""
    return _accuracy(costs, "after")


def _accuracy(costs: Iterable[Measurement], when: str) -> Measurement | None:
    return next((m for m in costs if m.estimand in NAMES and m.at.get("when") == when), None)
