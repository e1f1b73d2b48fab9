import pytest

from bartizan.core.assessment import GateResult
from bartizan.core.contracts import ArrayReader
from bartizan.report.sections.summary import Summary, headline


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("passed", "failed"), "does not pass its gates"),
        (("passed", "inconclusive"), "cannot be said yet"),
        (("passed",), "passes its gates"),
        ((), "no gates"),
    ],
)
def test_the_headline_answers_with_the_gates_first(changed, outcomes, said):
    gates = tuple(GateResult(gate="g", outcome=o, reason="r") for o in outcomes)
    line = headline(changed(gates=gates))
    assert said in line
    assert "12 findings: 5 exploited, 2 inconclusive, 3 untested, 2 resisted." in line


def test_the_headline_names_the_treatment_that_worked_and_what_is_left(assessment, changed):
    first = assessment.treatments[0]
    retests = [r.model_copy(update={"verdict_before": "exploited"}) for r in first.retests[:3]]
    retests[0] = retests[0].model_copy(update={"change": "better", "verdict_after": "resisted"})
    retests[1:] = [r.model_copy(update={"change": "same", "verdict_after": "exploited"}) for r in retests[1:]]
    line = headline(changed(treatments=(first.model_copy(update={"retests": tuple(retests)}),)))
    assert f"{first.title} took {retests[0].finding} off the exploited; 2 remain exploited with it." in line
    assert first.title not in headline(changed(treatments=()))


def test_no_more_than_three_worst_and_never_one_that_resisted(assessment, changed):
    worst = Summary().context(assessment, ArrayReader())["worst"]
    assert [f.id for f, _ in worst] == ["E2@reader/api", "B1@reader", "X1@reader/api"]
    held = tuple(f for f in assessment.findings if f.verdict == "resisted")
    assert Summary().context(changed(findings=held), ArrayReader())["worst"] == []


def test_counts_add_up(assessment):
    counts = Summary().context(assessment, ArrayReader())["counts"]
    assert {name: n for name, n, _ in counts} == {"exploited": 5, "inconclusive": 2, "untested": 3, "resisted": 2}
