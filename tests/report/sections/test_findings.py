from bartizan.core.contracts import ArrayReader
from bartizan.core.finding import Rate
from bartizan.report.sections.findings import Findings


def blocks(assessment, arrays=None):
    found = Findings().context(assessment, arrays or ArrayReader())["blocks"]
    return {b["f"].id: b for b in found}


def test_security_is_effort_against_budget_and_benefit(assessment):
    first, _ = blocks(assessment)["E2@reader/api"]["effort"]
    assert "fraudster" in first


def test_safety_is_told_from_security(assessment):
    assert [blocks(assessment)[i]["kind"] for i in ("H2@reader", "E2@reader/api")] == ["Safety", "Security"]


def test_what_was_proved_of_a_model_stands_once(assessment, arrays, changed):
    proof = next(f for f in assessment.findings if f.id == "E1@reader").certified
    both = tuple(
        f.model_copy(update={"certified": proof}) if f.id == "E2@reader/api" else f for f in assessment.findings
    )
    shown = {i: [g.heading for g in b["figures"]] for i, b in blocks(changed(findings=both), arrays).items()}
    assert [i for i, headings in shown.items() if "Proved and broken" in headings] == ["E2@reader/api"]


def test_a_file_scan_says_nothing_of_examples_and_a_budget_says_whose_it_is(assessment):
    scope = {i: dict(b["scope"]) for i, b in blocks(assessment).items()}
    assert "Data" not in scope["S1@service"]
    said = scope["E2@reader/api"]["Budget"].replace("\u202f", " ")
    assert said == "decision based: 5 000 queries an example; square: 5 000 queries an example"


def test_two_retrainings_that_changed_are_too_few_to_tell(assessment, changed):
    few = {"estimand": "goal_reached", "n": 2, "low": 0.0, "high": 1.0, "method": "m"}
    first = assessment.treatments[0]
    retest = first.retests[0].model_copy(
        update={
            "before": Rate(value=1.0, **few), "after": Rate(value=0.0, **few),
            "change": "unclear", "finding": "B1@reader",
        }
    )  # fmt: skip
    treated = changed(treatments=(first.model_copy(update={"retests": (retest,)}),))
    (after,) = blocks(treated)["B1@reader"]["after"]
    assert after["said"] == "2 of 2 retrainings before, 0 of 2 retrainings after: too few to tell"


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
