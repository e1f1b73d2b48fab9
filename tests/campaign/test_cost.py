from __future__ import annotations

import numpy as np

from bartizan.campaign.cost import compare
from bartizan.core.data import Array, Data
from bartizan.core.target import Target, TargetInfo


class Constant(Target):
    """Answers each input with the class written in it, or always with one."""

    def __init__(self, always: int | None = None) -> None:
        self.info = TargetInfo(id="c", input_shape=(1,), classes=3)
        self._always = always

    def scores(self, x: Array) -> Array:
        said = x[:, 0].astype(int) if self._always is None else np.full(len(x), self._always)
        return np.eye(3, dtype=np.float32)[said]


Y = np.repeat([0, 1, 2], [5, 3, 2])
TEST = Data.of(Y[:, None].astype(np.float32), Y)


def values(positive: tuple[int, ...] = ()) -> dict[tuple[object, ...], tuple[float, int]]:
    measured, _ = compare(Constant(), Constant(always=1), TEST, positive)
    return {(m.estimand, m.at.get("class"), m.at["when"]): (m.value, m.n) for m in measured.measurements}


def test_accuracy_is_that_of_both_on_the_same_data() -> None:
    assert values() == {("accuracy", None, "before"): (1.0, 10), ("accuracy", None, "after"): (0.3, 10)}


def test_precision_and_recall_are_those_of_the_classes_that_matter() -> None:
    found = values((1, 2))
    assert found["precision", 1, "after"] == (0.3, 10)
    assert found["recall", 1, "after"] == (1.0, 3)
    assert found["recall", 2, "after"] == (0.0, 2)


def test_a_class_that_is_never_answered_has_a_precision_nobody_knows() -> None:
    measured, _ = compare(Constant(), Constant(always=1), TEST, (2,))
    (never,) = [m for m in measured.measurements if m.estimand == "precision" and m.at["when"] == "after"]
    assert (never.n, never.low, never.high) == (0, 0.0, 1.0)


def test_readings_of_the_clock_stand_apart_from_measurements() -> None:
    measured, clock = compare(Constant(), Constant(), TEST, ())
    assert not any("latency" in m.estimand for m in measured.measurements)
    for name in ("latency_before", "latency_after"):
        assert 0 <= clock[name]["p50"] <= clock[name]["p95"]
        assert clock[name]["p50_low"] <= clock[name]["p50"] <= clock[name]["p50_high"]


def test_both_are_timed_in_turn_so_that_a_busy_machine_slows_both() -> None:
    order: list[str] = []

    class Told(Constant):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def scores(self, x: Array) -> Array:
            if len(x) == 1:
                order.append(self.name)
            return super().scores(x)

    compare(Told("before"), Told("after"), TEST, ())
    turns = [name for name, last in zip(order, ["", *order], strict=False) if name != last]
    assert turns == ["before", "after"] * (len(turns) // 2)
    assert len(turns) > 6
