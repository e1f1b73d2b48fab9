from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.report.render import render
from bartizan.report.sections.provenance import Provenance


def count(estimand: str, value: float, n: int, **at: str) -> Measurement:
    return Measurement(estimand=estimand, unit="x", n=n, method="full count", value=value, low=value, high=value, at=at)


def gap(piece: str) -> Measurement:
    words = {"about": "model", "what": "<m>.onnx", "why": "because", "mend": "sign it", "choice": "DC22"}
    return count("provenance_gap", 1, 1, piece=piece, **words)


def looked(*measurements: Measurement, kind: str = "files") -> Assessment:
    trial = Trial(name="t", kind="scanner", plugin="provenance", version=1, subject=Subject(kind=kind, id="m"))
    one = Evidence(id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED, measurements=measurements)
    return Assessment(tool={"name": "bartizan"}, system={"name": "S"}, plan=Plan(effort="quick"), evidence=(one,))


def test_gaps_stand_with_the_gravest_first_and_escaped() -> None:
    page = render(looked(count("unaccounted_files", 0.5, 2), gap("advisories"), gap("changed")), ArrayReader())
    assert "Provenance gaps" in page
    assert "1 of 2 files could be swapped without anybody noticing" in page
    assert "<code>&lt;m&gt;.onnx</code>" in page
    assert page.index("Known flaws not looked for") > page.index(">Changed<")


def test_nothing_open_is_said_and_what_was_not_looked_at_is_left_out() -> None:
    page = render(looked(count("unaccounted_files", 0.0, 2)), ArrayReader())
    assert "Every file has a signed digest" in page
    control = looked(count("unaccounted_files", 0.0, 2), kind="control")
    assert not Provenance().context(control, ArrayReader())["looked"]
