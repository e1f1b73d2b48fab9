import numpy as np

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.report.drawn import drawings
from bartizan.report.redact import redacted
from bartizan.report.render import render

ROW = Measurement(estimand="record_resemblance", unit="picture", n=2, method="", value=0.5, low=0.1, high=0.9)


def assessed(**trial):
    made = Trial(
        name="inversion",
        kind="attack",
        plugin="model_inversion",
        version=1,
        subject=Subject(kind="target", id="m"),
        **trial,
    )
    one = Evidence(id="e", artifact="a", trial=made, outcome="measured", measurements=(ROW,))
    return Assessment(tool={"name": "bartizan"}, system={"name": "S"}, plan=Plan(effort="quick"), evidence=(one,))


def kept(shape=(2, 1, 3, 3)):
    rng = np.random.default_rng(0)
    names = ("example_drawn", "example_nearest", "example_average")
    return ArrayReader(lambda _: {**{n: rng.random(shape) for n in names}, "example_class": np.array([3, 7])})


def test_each_picture_stands_beside_the_record_and_the_average():
    (found,) = drawings(assessed(), kept())
    assert [x.label for x in found.items] == ["3", "7"]
    assert len({found.items[0].drawn, found.items[0].nearest, found.items[0].average}) == 3
    assert "What is drawn of records" in render(assessed(), kept())


def test_of_persons_nothing_is_shown_but_that_there_is_something():
    (found,) = drawings(assessed(), redacted(kept()))
    assert found.withheld
    assert not found.items


def test_rows_of_tables_are_not_drawn():
    assert drawings(assessed(), kept((2, 5))) == []
    assert drawings(assessed(), ArrayReader()) == []
