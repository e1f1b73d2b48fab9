import numpy as np

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.report.render import render

KEPT = {
    "suspect_row": np.array([7, 3]),
    "suspect_label": np.array([1, 0]),
    "suspect_guess": np.array([2, 0]),
    "suspect_signal": np.array([0, 3]),
    "example_suspect": np.zeros((2, 1, 8, 8), np.float32),
}


def share(estimand: str, value: float, n: int, **at: float | str) -> Measurement:
    return Measurement(estimand=estimand, unit="r", n=n, method="m", value=value, low=0, high=1, at=at)


def page(sensitivity: str = "none") -> str:
    trial = Trial(name="t", kind="scanner", plugin="training_data", version=1, subject=Subject(kind="target", id="m"))
    measured = (
        share("suspect_excess", 0.04, 100, signal="wrong_label", rate=0.01, flagged=5),
        share("planted_found", 0.75, 20),
        share("suspects", 0.05, 100, signal="wrong_label", rate=0.01),
    )
    one = Evidence(
        id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED, measurements=measured, arrays=tuple(sorted(KEPT))
    )
    system = {"name": "S", "assets": {"data": [{"id": "train", "sensitivity": sensitivity}]}}
    made = Assessment(tool={"name": "bartizan"}, system=system, plan=Plan(effort="standard"), evidence=(one,))
    return render(made, ArrayReader(lambda _: KEPT))


def test_suspects_stand_with_what_speaks_against_them_and_what_would_be_seen() -> None:
    shown = page()
    assert "5 of 100 training records of m" in shown
    assert "Of 20 labels flipped on purpose, such a pass found 15" in shown
    assert "<strong>Record 7</strong>, labelled 1, looks like 2: its label" in shown
    assert "<strong>Record 3</strong>, labelled 0: no record like it" in shown
    assert shown.count('alt="record ') == 2


def test_records_of_people_are_withheld() -> None:
    shown = page("personal")
    assert 'alt="record ' not in shown
    assert "is withheld" in shown
    assert "<strong>Record 7</strong>" in shown
