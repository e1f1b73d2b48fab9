from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.reading import condition_of, harm_of, measured_fpr, read
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Kind, Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.intervals import clopper_pearson

NOTHING = ArrayReader()


@pytest.fixture(autouse=True)
def _plugins(stand_ins: Path) -> None:
    """Each attack's spec says what its harm is, and whether it is a baseline."""


def point(k: int, n: int, estimand: str = "stand_in_harm", **at: float | str) -> Measurement:
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand, unit="share", n=n, method="exact", value=k / n, low=low, high=high, at=dict(at)
    )


def evidence(name: str, *points: Measurement, kind: Kind = "attack", **changes: Any) -> Evidence:
    trial = Trial(
        name=name, kind=kind, plugin=changes.pop("plugin", "stand_in"), version=1,
        subject=Subject(kind="target", id="m"), params=changes.pop("params", {}),
    )  # fmt: skip
    return Evidence(
        id=name, artifact=name, trial=trial, measurements=points, **{"outcome": Outcome.MEASURED, **changes}
    )


def test_the_interval_is_that_of_the_largest_rate() -> None:
    reading = read("stand_in_harm", [evidence("a", point(50, 100), point(2, 100)), evidence("b", point(0, 9))], NOTHING)
    assert reading is not None
    rate = reading.rate()
    assert (rate.value, rate.n, rate.points) == (0.5, 100, 3)
    assert rate.low == pytest.approx(clopper_pearson(50, 100, 0.05 / 3)[0])
    assert rate.high == clopper_pearson(50, 100)[1]
    assert reading.open_at(0.1).measured.n == 100
    assert reading.rate(of=10).low == pytest.approx(clopper_pearson(50, 100, 0.05 / 10)[0])


def test_few_examples_raise_the_upper_end_though_their_rate_is_lower() -> None:
    reading = read("stand_in_harm", [evidence("a", point(2, 100)), evidence("b", point(0, 4))], NOTHING)
    assert reading is not None
    assert reading.rate().high == clopper_pearson(0, 4)[1]


def test_the_chance_is_adjusted_for_the_points() -> None:
    one = read("stand_in_harm", [evidence("a", point(20, 100))], NOTHING)
    four = read("stand_in_harm", [evidence("a", point(20, 100), *[point(1, 100)] * 3)], NOTHING)
    assert one is not None
    assert four is not None
    assert four.chance(0.1) == pytest.approx(4 * one.chance(0.1))
    assert four.chance(0.9) == 1.0


def test_what_measured_nothing_of_the_harm_is_not_read() -> None:
    assert read("stand_in_harm", [evidence("a", point(1, 9, "other"))], NOTHING) is None
    assert read("stand_in_harm", [evidence("a", outcome=Outcome.ERROR)], NOTHING) is None
    assert read("robust_error", [evidence("a", params={"norm": "linf", "eps": 0.1})], NOTHING) is None


def test_a_rate_that_was_not_measured_is_read_at_the_lowest_unless_strictly() -> None:
    trials = [evidence("a", point(1, 100, fpr=0.01), point(9, 100, fpr=0.1))]
    usual, asked = (read("stand_in_harm", trials, NOTHING, fpr=f) for f in (None, 0.1))
    assert usual is not None
    assert asked is not None
    assert (measured_fpr(usual), measured_fpr(asked)) == (0.01, 0.1)
    other = read("stand_in_harm", trials, NOTHING, fpr=0.5)
    assert other is not None
    assert measured_fpr(other) == 0.01
    assert read("stand_in_harm", trials, NOTHING, fpr=0.5, strictly=True) is None


def test_each_ball_is_a_part_and_each_number_of_examples_a_point() -> None:
    trials = [
        evidence("a", plugin="evader", params={"norm": "linf", "eps": 0.1}),
        evidence("b", plugin="evader", params={"norm": "linf", "eps": 0.1}),
        evidence("c", plugin="evader", params={"norm": "l2", "eps": 1.0}),
    ]
    arrays = ArrayReader(lambda id: {"reached": np.zeros({"a": 100, "b": 50, "c": 70}[id], np.bool_)})
    reading = read("robust_error", trials, arrays)
    assert reading is not None
    assert [p.name for p in reading.parts] == ["linf ε = 0.1", "l2 ε = 1"]
    assert [p.measured.n for p in reading.points] == [50, 100, 70]
    alone = read("robust_error", trials, arrays, balls=[("l2", 1.0)])
    assert alone is not None
    assert [e.id for e in alone.trials] == ["c"]
    assert read("robust_error", trials, arrays, balls=[("l2", 2.0)]) is None


def test_every_planned_condition_is_a_part_measured_or_not() -> None:
    fog = evidence("fog", point(1, 100, "failure_probability"), kind="hazard", plugin="blur", params={"condition": "f"})
    lost = evidence("snow", kind="hazard", plugin="blur", outcome=Outcome.ERROR, reason="killed")
    reading = read("failure_probability", [fog, lost], NOTHING)
    assert reading is not None
    assert [p.name for p in reading.parts] == ["f", "snow"]
    assert reading.trials == [fog]
    assert reading.doubt({}) == "f: every attack did not pass its positive control; snow: not measured (killed)"
    assert (harm_of(fog), condition_of(fog), condition_of(lost)) == ("failure_probability", "f", "snow")
