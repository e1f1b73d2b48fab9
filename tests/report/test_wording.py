from bartizan.core.finding import Sensitivity, Tries, Within
from bartizan.report import wording


def tries(median):
    return Tries(unit="queries", median=median, low=None, high=None, censored_at=5000.0, n=200)


def test_a_median_beyond_the_budget_is_never_a_number_of_its_own():
    assert wording.tries(tries(None)).replace("\u202f", " ") == "more than 5 000 queries for half of the 200 tried"
    assert wording.tries(tries(612.0)) == "half fall within 612 queries"
    assert wording.tries(tries(1.0)) == "half fall within 1 query"
    assert wording.tries(None) == "not measured"


def test_success_at_round_numbers_of_tries_is_said_with_its_interval():
    marks = (Within(tries=10, share=0.25, low=0.1, high=0.5), Within(tries=1000, share=1.0, low=0.8, high=1.0))
    said = wording.within(tries(12.0).model_copy(update={"within": marks, "first": 1.0})).replace("\u202f", " ")
    assert said == "Fallen: 25 % (10 % to 50 %) in 10, 100 % (80 % to 100 %) in 1 000; the first after 1 query."
    assert wording.within(tries(12.0)) == wording.within(None) == ""


def test_sizes_fall_back_to_the_smallest_share_reached():
    def size(q10, q50):
        return wording.size(Sensitivity(unit="linf", q10=q10, q50=q50, q90=None, n=200))

    assert size(0.04, 0.08) == "half fall to a change of at most 0.08 (L∞)"
    assert size(0.04, None) == "a tenth fall to a change of at most 0.04 (L∞)"
    assert "fewer than a tenth" in size(None, None)


def test_the_least_access_above_the_tolerance_is_named(assessment):
    by_id = {f.id: f for f in assessment.findings}
    assert wording.knowledge(by_id["E2@reader/api"]) == "seeing the labels is enough"
    assert wording.knowledge(by_id["D1@train/api"]) == "seeing the scores did not suffice"
    loose = by_id["D1@train/api"].model_copy(update={"tolerance": 0.008})
    assert wording.knowledge(loose) == "it held here; for another attack seeing the scores is enough"
    assert wording.knowledge(by_id["H2@reader"]) == "none: the world itself does this"
    assert wording.knowledge(by_id["S1@service"]) == "not measured"


def test_findings_come_worst_first(assessment):
    found = wording.in_order(reversed(assessment.findings))
    verdicts = [f.verdict for f in found]
    assert verdicts == sorted(verdicts, key=wording.VERDICTS.index)
    assert found[0].id == "E2@reader/api"
    assert found == wording.in_order(found)


def test_a_sentence_says_what_where_how_often_and_how_soon(assessment):
    said = wording.sentence(assessment.findings[0]).replace("\u202f", " ")
    assert said == (
        "Evasion by queries on reader through api: 62 % of the inputs are turned; 5 % is tolerated; "
        "half fall within 612 queries."
    )


def test_an_untested_finding_says_why(assessment):
    f = next(f for f in assessment.findings if f.verdict == "untested")
    assert wording.sentence(f).endswith(f.reason)


def test_an_unknown_estimand_is_named_plainly(assessment):
    f = assessment.findings[0]
    odd = f.model_copy(update={"rate": f.rate.model_copy(update={"estimand": "brand_new"})})
    assert "is the brand new" in wording.outcome(odd)
