import pytest

from bartizan.core.assessment import GateResult
from bartizan.report.gate_words import gates


def one(changed, assessment, spec, result, tolerance_from="gate 1", **rate):
    findings = tuple(
        f.model_copy(update={"tolerance_from": tolerance_from, "rate": f.rate.model_copy(update=rate)})
        if f.id == "E2@reader/api"
        else f
        for f in assessment.findings
    )
    system = assessment.system | {"gates": [spec]}
    (found,) = gates(changed(system=system, gates=(result,), findings=findings))
    return found.text.replace("\u202f", " "), found.because.replace("\u202f", " ")


RESULT = GateResult(
    gate="gate 1: evasion: robust_accuracy at linf ε = 0.1 at least 0.75",
    outcome="failed",
    reason="robust_error may be at most 0.25; measured E2@reader/api: 0.605 [0.534, 0.673]",
    findings=("E2@reader/api",),
)
SPEC = {"threat_class": "evasion", "estimand": "robust_accuracy", "at_least": 0.75, "norm": "linf", "eps": 0.1}


def test_accuracy_is_stated_where_the_gate_states_accuracy(assessment, changed):
    text, because = one(changed, assessment, SPEC, RESULT, estimand="robust_error", value=0.605, low=0.534, high=0.673)
    assert text == "Evasion: accuracy under attack (L∞ ≤ 0.1) must be at least 75 %"
    assert because == "E2@reader/api: 40 % (33 % to 47 %) accuracy under attack"


def test_what_another_gate_judged_is_quoted_in_words_only(assessment, changed):
    _, because = one(changed, assessment, SPEC, RESULT, "gate 2", estimand="robust_error")
    assert because.startswith("Errors under attack may be at most 0.25")


@pytest.mark.parametrize(("estimand", "said"), [("tpr", "true positives (at 1 % false positives)")])
def test_no_key_is_shown(assessment, changed, estimand, said):
    spec = {"threat_class": "data_extraction", "estimand": estimand, "at_most": 0.05, "fpr": 0.01}
    text, _ = one(changed, assessment, spec, RESULT)
    assert text == f"Data extraction: {said} must be at most 5 %"


def test_a_gate_on_verdicts_keeps_its_own_words(assessment, changed):
    result = GateResult(gate="gate 1: no supply_chain findings may be exploited", outcome="passed", reason="none of 3")
    text, because = one(changed, assessment, {"forbid": ["exploited"]}, result)
    assert (text, because) == ("No supply chain findings may be exploited", "None of 3")
