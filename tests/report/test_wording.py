import pytest

from bartizan.core.artifact import Measurement
from bartizan.core.classwise import Paired
from bartizan.core.finding import Measures, Rate, Rung, Tries, Within
from bartizan.report import wording


def tries(median):
    return Tries(unit="queries", median=median, low=None, high=None, censored_at=5000.0, n=200)


def test_success_at_round_numbers_of_tries_is_said_with_its_interval():
    marks = (Within(tries=10, share=0.25, low=0.1, high=0.5), Within(tries=1000, share=1.0, low=0.8, high=1.0))
    said = wording.within(tries(12.0).model_copy(update={"within": marks, "first": 1.0}), "gradient steps")
    assert said.replace("\u202f", " ") == (
        "Fallen: 25 % (10 % to 50 %) in 10, 100 % (80 % to 100 %) in 1 000 gradient steps; "
        "the first after 1 gradient step."
    )
    assert wording.within(tries(12.0), "queries") == wording.within(None, "queries") == ""


def test_pairs_are_said_each_way_and_how_surely():
    found = Paired(n=1200, mended=97, broken=3, p=3e-9, adjusted=6e-9, level=0.005)
    moved, surely = (s.replace("\u202f", " ") for s in wording.paired(found))
    assert moved == "97 mended, 3 broken of 1 200"
    assert surely == "p < 0.0001; as the worst of several, p < 0.0001"
    alone = wording.paired(found.model_copy(update={"p": 0.0313, "adjusted": 0.0313}))[1]
    assert alone == "p = 0.031"


def test_findings_come_worst_first(assessment):
    found = wording.in_order(reversed(assessment.findings))
    verdicts = [f.verdict for f in found]
    assert verdicts == sorted(verdicts, key=wording.VERDICTS.index)
    assert found[0].id == "E2@reader/api"
    assert found == wording.in_order(found)


def test_a_sentence_says_what_where_and_how_often(assessment):
    said = wording.sentence(assessment.findings[0]).replace("\u202f", " ")
    assert said == ("Evasion by queries on reader through api: 62 % of the inputs are turned; 5 % is tolerated.")


def test_an_untested_finding_says_why(assessment):
    f = next(f for f in assessment.findings if f.verdict == "untested")
    assert wording.sentence(f).endswith(f.reason)


def test_an_unknown_estimand_is_named_plainly(assessment):
    f = assessment.findings[0]
    odd = f.model_copy(update={"rate": f.rate.model_copy(update={"estimand": "brand_new"})})
    assert "is the brand new" in wording.outcome(odd)


def test_a_hazard_is_told_with_its_condition_and_what_fails_without_it(assessment):
    f = next(f for f in assessment.findings if f.id == "H2@reader")
    rows = {"failure_probability": f.rate.value, "clean_error": 0.039}
    params = {"condition": "skew", "distribution": {}, "assumed": True}
    evidence = [
        e.model_copy(
            update={
                "trial": e.trial.model_copy(update={"params": params}),
                "measurements": tuple(
                    Measurement(estimand=k, unit="u", n=f.rate.n, method="m", value=v, low=v, high=v)
                    for k, v in rows.items()
                ),
            }
        )
        for e in assessment.evidence
        if e.trial.plugin == "rotation"
    ]
    said = wording.outcome(f, evidence).replace("\u202f", " ")
    assert said == "7.4 % fail under skew (uniform, assumed); 3.9 % already fail unchanged; 5 % is tolerated"
    assert "skew (uniform, assumed)" in wording.sentence(f, evidence)


def test_few_units_are_counted_and_not_turned_into_per_cent():
    two = Rate(estimand="goal_reached", value=1.0, low=0.16, high=1.0, n=2, method="m")
    assert wording.share(two) == "2 of 2 retrainings"
    assert wording.share(two.model_copy(update={"n": 1})) == "1 of 1 retraining"


@pytest.mark.parametrize("of", ["", ", the worst of 3"])
def test_a_reason_repeats_no_raw_numbers_and_no_keys(assessment, of):
    f = assessment.findings[0]
    said = f"attack_success 0.605 [0.534, 0.673], n = 200{of}: even the lower end is above the tolerated 0.25."
    told = wording.reason(f.model_copy(update={"reason": said})).replace("\u202f", " ")
    assert told == "Even the lower end is above the tolerated 25 %."


def test_a_scan_that_can_only_convict_never_asks_for_more_data(assessment):
    f = assessment.findings[0]
    rate = f.rate.model_copy(update={"estimand": "flagged_classes"})
    said = wording.reason(
        f.model_copy(update={"rate": rate, "verdict": "inconclusive", "reason": "more data is needed"})
    )
    assert "only convict, never clear" in said


def test_one_thing_is_singular():
    assert wording.singular("1 queries an example; 21 queries") == "1 query an example; 21 queries"
    assert wording.singular("1,000 queries in all, 2,500 records") == "1\u202f000 queries in all, 2\u202f500 records"
    assert wording.budget({"queries_per_example": 1}) == "1 query an example"


def test_after_a_treatment_it_is_said_what_who_knows_the_defence_still_reaches(assessment):
    first = assessment.treatments[0].retests[0]
    said = wording.after(first).replace("\u202f", " ")
    assert said == "62 % before, 14 % after: better (exploited); 19 % by gradients and with the defence known"
    own = first.measured.model_copy(update={"knowledge": (Rung(access="adaptive", rate=0.14),)})
    for measured in (Measures(), own):
        assert wording.after(first.model_copy(update={"measured": measured})).endswith("better (exploited)")
