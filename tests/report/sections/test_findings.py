from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.report.sections.findings import Findings


def blocks(assessment, arrays=None):
    found = Findings().context(assessment, arrays or ArrayReader())["blocks"]
    return {b["f"].id: b for b in found}


def test_security_is_effort_against_budget_and_benefit(assessment):
    (line,) = blocks(assessment)["E2@reader/api"]["effort"]
    said = line.replace("\u202f", " ")
    assert said == (
        "For fraudster, the 612 queries lie within its budget of 10 000, and with 20 000 € to gain, "
        "it pays until a query costs 32.7 €."
    )


def test_safety_is_a_probability_with_its_upper_bound(assessment, changed):
    bound = Measurement(
        estimand="failure_upper_bound", unit="example", n=9, method="one-sided", value=0.096, low=0.0, high=0.096
    )
    evidence = tuple(
        e.model_copy(update={"measurements": (*e.measurements, bound)}) if e.trial.plugin == "rotation" else e
        for e in assessment.evidence
    )
    (line,) = blocks(changed(evidence=evidence))["H2@reader"]["effort"]
    assert line.replace("\u202f", " ") == "At most 9.6 % of the inputs fail (one-sided)."
    assert blocks(assessment)["H2@reader"]["kind"] == "Safety"


def test_a_curve_over_tries_answers_the_first_question(assessment, arrays):
    block = blocks(assessment, arrays)["B1@reader"]
    assert block["panels"][0].chart
    assert not block["panels"][0].missing
    assert block["figures"] == []


def test_an_untested_finding_has_no_empty_panels(assessment):
    block = blocks(assessment)["E3@reader"]
    assert (block["panels"], block["figures"], block["bar"]) == ([], [], "")


def test_flags_carry_the_details_of_the_evidence(assessment):
    ((id, words, said),) = blocks(assessment)["E2@reader/api"]["flags"]
    assert (id, words) == ("more_steps_still_gain", "More steps still gain")
    assert "doubling the queries" in said[0]


def test_what_treatments_did_stands_with_the_finding(assessment):
    after = blocks(assessment)["D1@train/api"]["after"]
    assert [(a["title"], a["retest"].change) for a in after] == [("Adversarial training", "worse")]


def test_evidence_that_is_not_in_the_assessment_is_left_out(changed):
    assert all(not b["evidence"] for b in blocks(changed(evidence=())).values())
