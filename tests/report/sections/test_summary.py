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
    assert "5 of 12 weaknesses were exploited, and 5 are still open." in line


def test_no_more_than_three_worst_and_never_one_that_resisted(assessment, changed):
    worst = Summary().context(assessment, ArrayReader())["worst"]
    assert [f.id for f, _ in worst] == ["E2@reader/api", "B1@reader", "X1@reader/api"]
    held = tuple(f for f in assessment.findings if f.verdict == "resisted")
    assert Summary().context(changed(findings=held), ArrayReader())["worst"] == []


def test_counts_add_up(assessment):
    counts = Summary().context(assessment, ArrayReader())["counts"]
    assert {name: n for name, n, _ in counts} == {"exploited": 5, "inconclusive": 2, "untested": 3, "resisted": 2}
