from dataclasses import replace

from bartizan.core.finding import Measures, Rung
from bartizan.core.treatment import Retest, Treatment
from bartizan.report.climbs import HIDES, HOLDS, UNTRIED, Climb, Step, climbs, reading, said, steps


def rung(access, rate, half=0.05):
    return Rung(access=access, rate=rate, low=max(rate - half, 0.0), high=min(rate + half, 1.0))


def climb(before, after):
    return Climb(("E1@m",), 0.05, steps(before, after))


BEFORE = (rung("labels", 0.2), rung("scores", 0.4), rung("transfer", 0.1), rung("logits", 0.6))


def test_rungs_stand_from_least_to_most_whatever_order_they_came_in():
    after = (rung("adaptive", 0.3), rung("scores", 0.2), rung("labels", 0.1))
    found = steps(reversed(BEFORE), after)
    assert [s.access for s in found] == ["labels", "scores", "transfer", "adaptive"]
    assert found[2] == Step("transfer", BEFORE[2], None)


def test_adaptive_stands_beside_the_gradients_of_the_model_as_described():
    top = steps(BEFORE, [rung("adaptive", 0.3)])[-1]
    assert (top.access, top.before.access, top.after.rate) == ("adaptive", "logits", 0.3)
    two = steps([rung("logits", 0.6), rung("weights", 0.7)], [rung("adaptive", 0.3)])
    assert [(s.access, s.before.access) for s in two] == [("logits", "logits"), ("adaptive", "weights")]


def test_without_gradients_after_the_rung_before_keeps_its_name():
    found = climb(BEFORE, [rung("scores", 0.1)])
    assert [s.access for s in found.steps] == ["labels", "scores", "transfer", "logits"]
    assert said(found) == UNTRIED[""]


def test_a_gain_that_who_knows_the_defence_does_not_feel_hides_the_weakness():
    text = said(climb(BEFORE, [rung("scores", 0.1), rung("adaptive", 0.6)])).replace("\u202f", " ")
    assert "knows the defence reaches 60 % (55 % to 65 %); before, by gradients, 60 % (55 % to 65 %)." in text
    assert HIDES in text


def test_a_gain_at_the_top_holds():
    assert said(climb(BEFORE, [rung("scores", 0.1), rung("adaptive", 0.2)])).endswith(HOLDS)


def test_a_difference_within_the_intervals_says_neither():
    text = said(climb(BEFORE, [rung("scores", 0.38), rung("adaptive", 0.55)]))
    assert HIDES not in text
    assert HOLDS not in text


def test_gradients_that_reach_less_than_scores_are_not_taken_for_the_most_that_falls():
    text = said(climb(BEFORE, [rung("scores", 0.4), rung("adaptive", 0.1)]))
    assert "scores reach more" in text
    assert HOLDS not in text


def treatment(*retests):
    return Treatment(id="T", defence="D", title="T", status="applied", retests=retests)


def retest(finding, *after, rate=None):
    return Retest(
        finding=finding.id,
        verdict_before="exploited",
        verdict_after="exploited",
        before=finding.rate,
        after=rate or finding.rate,
        change="unclear",
        measured=Measures(knowledge=after),
    )


AFTER = (rung("scores", 0.2), rung("adaptive", 0.3))


def test_findings_that_share_a_ladder_share_a_drawing_and_one_rung_is_none(assessment):
    found = {f.id: f for f in assessment.findings}
    first, other = found["E2@reader/api"], found["X1@reader/api"]
    same, gone = (first.model_copy(update={"id": id}) for id in ("E9@reader", "E10@reader"))
    found |= {same.id: same}
    retests = (retest(first, *AFTER), retest(same, *AFTER), retest(other, rung("scores", 0.9)), retest(gone, *AFTER))
    (one,) = climbs(treatment(*retests), found)
    assert one.findings == ("E2@reader/api", "E9@reader")
    assert [s.access for s in one.steps] == ["labels", "scores", "adaptive"]


def test_the_rate_of_a_finding_stands_on_its_own_rung_as_it_does_in_its_block(assessment):
    first = next(f for f in assessment.findings if f.id == "E2@reader/api")
    assert first.rate.value == 0.615
    now = first.rate.model_copy(update={"value": 0.27, "low": 0.2, "high": 0.34})
    (one,) = climbs(treatment(retest(first, *AFTER, rate=now)), {first.id: first})
    scores, top = one.steps[1:]
    assert (scores.access, scores.before.rate, scores.after.rate, scores.after.low) == ("scores", 0.615, 0.27, 0.2)
    assert (top.before.rate, top.after.rate) == (0.72, 0.3)


def test_ladders_of_two_harms_are_not_set_side_by_side(assessment):
    first = next(f for f in assessment.findings if f.id == "E2@reader/api")
    other = first.rate.model_copy(update={"estimand": "robust_error"})
    assert climbs(treatment(retest(first, *AFTER, rate=other)), {first.id: first}) == []


def test_models_of_ones_own_grow_into_those_that_know_the_defence():
    found = climb([rung("scores", 0.2), rung("recipe", 0.6)], [rung("scores", 0.1), rung("adaptive", 0.5)])
    assert [(s.access, s.before.rate, s.after.rate) for s in found.steps] == [
        ("scores", 0.2, 0.1), ("adaptive", 0.6, 0.5),
    ]  # fmt: skip
    assert "same recipe and defence reaches 50" in said(replace(found, estimand="tpr"))


def test_a_copy_has_no_rung_of_those_who_know_the_defence():
    found = replace(climb([rung("scores_few", 0.2), rung("scores", 0.6)], [rung("scores", 0.5)]), estimand="fidelity")
    assert "learnt from answers alone" in said(found)
    assert reading(found) == "Few: the fewest queries of the curve."
