from bartizan.core.artifact import Measurement
from bartizan.core.finding import Rate, Rung, Sensitivity, Tries
from bartizan.report import answers


def of(assessment, id, **changes):
    return next(f for f in assessment.findings if f.id == id).model_copy(update=changes)


def tries(median, unit="queries", at=5000.0):
    return Tries(unit=unit, median=median, low=None, high=None, censored_at=at, n=200)


def test_a_median_beyond_the_budget_is_never_a_number_of_its_own(assessment):
    def said(found):
        return answers.tries(of(assessment, "E2@reader/api", tries=found)).replace("\u202f", " ")

    assert said(tries(None)) == "more than 5 000 queries for half of the 200 tried"
    assert said(tries(612.0)) == "half fall within 612 queries"
    assert said(tries(1.0)) == "half fall within 1 query"
    assert said(None) == "not measured"
    assert said(tries(None, "attempts", 1.0)).startswith("does not apply: the attack makes 1 attempt")


def test_gradients_are_followed_in_steps_and_not_asked_for_in_queries(assessment):
    f = of(assessment, "E1@reader", tries=tries(7.0))
    at_home = f.model_copy(update={"scope": f.scope.model_copy(update={"access": ("logits",)})})
    assert answers.tries(at_home) == "half fall within 7 gradient steps"


def test_bits_are_counted_on_one_model_and_no_input_is_changed(assessment):
    f = of(assessment, "E1@reader", tries=tries(3.0, "bits"))
    assert answers.tries(f) == "3 bits of the weights flipped in memory are enough"
    assert answers.size(f).startswith("does not apply: the weights are changed")
    assert answers.tries(of(assessment, "E1@reader", tries=tries(None, "bits", 10.0))) == "10 bits did not make it fail"


def test_one_dose_is_told_as_one_dose(assessment):
    def evidence(*doses):
        rows = [
            Measurement(
                estimand="goal_reached", unit="u", n=2, method="m", value=1.0, low=0.2, high=1.0, at={"records": d}
            )
            for d in doses
        ]
        return [e.model_copy(update={"measurements": tuple(rows)}) for e in assessment.evidence]

    f = of(assessment, "B1@reader", tries=tries(50.0, "records"))
    assert answers.tries(f, evidence(50)) == "one dose tried, 50 records: reached in 2 of 2 retrainings"
    assert "was enough in every retraining" in answers.size(f, evidence(50))
    found = Sensitivity(unit="share of the training set", q10=0.02, q50=0.02, q90=None, n=2)
    assert answers.size(f.model_copy(update={"sensitivity": found}), evidence(50)).replace("\u202f", " ") == (
        "2 % of the training set, the only dose tried"
    )
    assert answers.tries(f, evidence(25, 50)) == "half of the 200 retrainings fall to 50 records"


def test_a_theft_is_told_by_what_made_the_copy(assessment):
    made = answers.tries(of(assessment, "X1@reader/api")).replace("\u202f", " ")
    assert made == "1 000 queries made a copy that agrees on more than 85 %"
    vain = answers.tries(of(assessment, "X1@reader/api", tries=tries(None))).replace("\u202f", " ")
    assert vain == "5 000 queries did not make a copy that agrees on more than 85 %"


def test_what_has_no_meaning_in_a_family_is_said_with_its_reason(assessment):
    assert answers.tries(of(assessment, "H2@reader")).startswith("does not apply: a hazard does not try")
    assert answers.tries(of(assessment, "S1@service")).startswith("does not apply")
    assert answers.knowledge(of(assessment, "S1@service")).startswith("does not apply")


def test_sizes_fall_back_to_the_smallest_share_reached(assessment):
    def size(q10, q50):
        found = Sensitivity(unit="linf", q10=q10, q50=q50, q90=None, n=200)
        return answers.size(of(assessment, "E2@reader/api", sensitivity=found))

    assert size(0.04, 0.08) == "half fall to a change of at most 0.08 (L∞)"
    assert size(0.04, None) == "a tenth fall to a change of at most 0.04 (L∞)"
    assert "fewer than a tenth" in size(None, None)


def test_the_least_access_above_the_tolerance_is_named(assessment):
    assert answers.knowledge(of(assessment, "E2@reader/api")) == "seeing the labels is enough"
    assert answers.knowledge(of(assessment, "D1@train/api")) == "seeing the scores did not suffice"
    assert answers.knowledge(of(assessment, "H2@reader")) == "none: the world itself does this"


def test_what_another_attack_reached_is_not_told_as_if_this_one_had(assessment):
    rungs = (Rung(access="scores", rate=0.27, low=0.19, high=0.37), Rung(access="logits", rate=0.6, low=0.53, high=0.7))
    rate = Rate(estimand="robust_error", value=0.29, low=0.2, high=0.39, n=100, method="m")
    f = of(assessment, "E2@reader/api", knowledge=rungs, tolerance=0.25, verdict="inconclusive", rate=rate)
    said = answers.knowledge(f).replace("\u202f", " ")
    assert said == (
        "with what was used here (scores): undecided at 29 %; for another attack following the gradients is enough"
    )
    assert [r.rate for r in answers.rungs(f)] == [0.29, 0.6]
    assert answers.own_rung(f) == 0


def test_the_queries_of_each_rung_are_said_a_record_where_records_are_told(assessment):
    rungs = (Rung(access="labels_few", rate=0.2, queries=100), Rung(access="scores", rate=0.9, queries=1000))
    copied = of(assessment, "X1@reader/api", knowledge=rungs)
    assert answers.asked(copied).replace("\u202f", " ") == "Queries: labels, few 100; scores 1 000."
    told = of(assessment, "D1@train/api", knowledge=(Rung(access="recipe", rate=0.2, queries=1),))
    assert answers.asked(told) == "Queries a record: own models 1."
    assert answers.asked(of(assessment, "E2@reader/api")) == ""


def test_what_is_undecided_was_not_shown_to_suffice(assessment):
    rungs = (Rung(access="recipe", rate=0.035, low=0.01, high=0.07),)
    f = of(assessment, "D1@train/api", knowledge=rungs, tolerance=0.05, verdict="inconclusive")
    assert answers.knowledge(f) == "training models of one's own by its recipe was not shown to suffice"


def test_members_are_told_and_do_not_fall_within_a_budget_of_their_own(assessment):
    said = answers.tries(of(assessment, "D1@train/api", tries=tries(None, at=1001.0))).replace("\u202f", " ")
    assert said == "fewer than half of 200 members fall to 1 001 queries"


def test_chance_faults_are_told_by_how_many_half_of_the_sequences_stand(assessment):
    f = of(assessment, "H2@reader", sensitivity=Sensitivity(unit="bits", q10=4, q50=64, q90=None, n=10))
    assert answers.size(f) == "no input is changed; half of 10 sequences of chance faults ruin the model by 64 bits"
    held = f.model_copy(update={"sensitivity": Sensitivity(unit="bits", q10=None, q50=None, q90=None, n=10)})
    assert answers.size(held).endswith("fewer than half of 10 sequences of chance faults ruin the model")
