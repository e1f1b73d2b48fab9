import pytest

from bartizan.core.artifact import Measurement
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.report.guessed import got


def m(estimand, value, low, high, n=200, **at):
    return Measurement(
        estimand=estimand, unit="member", n=n, method="exact", value=value, low=low, high=high,
        at={"column": "woman", **at},
    )  # fmt: skip


def trial(*measurements, outcome="measured"):
    made = Trial(name="t", kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"))
    return Evidence(id="e", artifact="a", trial=made, outcome=outcome, measurements=measurements)


@pytest.mark.parametrize(
    ("members", "outsiders", "says"),
    [
        ((0.3, 0.2, 0.4), (0.0, -0.1, 0.1), "members alone"),
        ((0.3, 0.2, 0.4), (0.2, 0.1, 0.3), "on outsiders, too"),
        ((0.03, -0.1, 0.1), (0.2, 0.1, 0.3), "No gain"),
    ],
)
def test_a_column_is_told_beside_an_imputer_and_of_whom_is_said(members, outsiders, says):
    e = trial(
        m("attribute_gain", *members), m("attribute_gain_outsiders", *outsiders), m("attribute_told", 0.9, 0.8, 0.95),
        m("attribute_imputed", 0.6, 0.5, 0.7),
    )  # fmt: skip
    (found,) = got([e])
    assert found.says[0].startswith("The column 'woman' is told rightly of 180 of 200 members")
    assert "tells 120" in found.says[0]
    assert says in found.says[1]
    assert len(found.table.rows[0]) == len(found.table.head)


def test_shares_of_groups():
    at = {"group": "woman", "low": 0.2, "high": 0.5}
    e = trial(
        m("property_advantage", 0.75, 0.3, 0.9, 16).model_copy(update={"at": at}), m("property_said", 0.5, 0.5, 0.5, 1),
        m("property_true", 0.45, 0.45, 0.45, 1),
    )  # fmt: skip
    (found,) = got([e])
    assert "14 of 16 models" in found.says[0]
    assert found.table.rows[0][-1].startswith("45")


def test_the_grid_of_updates_names_its_worst_cell():
    cells = [m("record_recovered", v, 0, 1, 8, batch=b, local_steps=1) for v, b in ((1.0, 1), (0.25, 4))]
    gains = [m("recovered_gain", 40.0, 30, 50, 8, batch=b, local_steps=1) for b in (1, 4)]
    (found,) = got([trial(cells[0], gains[0], cells[1], gains[1])])
    assert "1 record after 1 local step, 8 of 8 records" in found.says[0]
    assert [r[0] for r in found.table.rows] == ["1", "4"]


def test_what_was_not_measured_is_not_said():
    assert got([trial(m("attribute_gain", 0.3, 0.2, 0.4), outcome="error"), trial(m("tpr", 0.3, 0.2, 0.4))]) == []
