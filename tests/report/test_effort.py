from bartizan.core.artifact import Measurement
from bartizan.report.effort import effort


def plain(lines):
    return [line.replace("\u202f", " ") for line in lines]


def of(assessment, id):
    return next(f for f in assessment.findings if f.id == id)


def test_one_sentence_tells_what_it_takes_of_the_cheapest_adversary(assessment):
    first, _ = plain(effort(of(assessment, "E2@reader/api"), assessment))
    assert first == (
        "The cheapest adversary is the fraudster: at 612 queries an input, its budget of 10 000 queries is enough to "
        "turn about 8 inputs; with 20 000 € to gain from one success, it pays until one query costs about 33 €."
    )


def test_what_the_default_cast_has_is_marked_assumed(assessment, changed):
    system = assessment.system | {"adversaries": [], "cast": assessment.system["adversaries"]}
    first, _ = plain(effort(of(assessment, "E2@reader/api"), changed(system=system)))
    assert first.count("assumed") == 3


def test_steps_along_gradients_have_no_price_a_query(assessment, changed):
    v = tuple(
        v.model_copy(update={"sources": ("fraudster",)}) if v.id == "E1@reader" else v
        for v in assessment.vulnerabilities
    )
    first, _ = plain(effort(of(assessment, "E1@reader"), changed(vulnerabilities=v)))
    assert "21 gradient steps an input are computed at home" in first
    assert "€" not in first


def test_the_effort_moves_to_what_takes_less_or_else_to_what_nobody_tested(assessment, changed):
    at = {"E2@reader/api", "X1@reader/api", "E3@reader"}
    v = tuple(
        v.model_copy(update={"sources": ("fraudster",) if v.id in at else ()}) for v in assessment.vulnerabilities
    )
    dear, cheap = (of(assessment, i) for i in ("X1@reader/api", "E2@reader/api"))
    assert "E2@reader/api" in effort(dear, changed(vulnerabilities=v))[1]
    assert "(E3@reader): nobody tested" in effort(cheap, changed(vulnerabilities=v))[1]


def test_what_a_query_costs_stands_beside_what_it_may_cost(assessment, changed):
    v = tuple(
        v.model_copy(update={"sources": ("fraudster",)}) if v.id == "X1@reader/api" else v
        for v in assessment.vulnerabilities
    )
    first, _ = plain(effort(of(assessment, "X1@reader/api"), changed(vulnerabilities=v)))
    assert first.endswith("it pays until one query costs about 20 €; it costs 0.002 €.")


def test_what_was_not_exploited_has_no_price(assessment):
    assert effort(of(assessment, "D1@train/api"), assessment) == []


def test_safety_is_a_bound_the_part_of_the_condition_and_the_other_conditions(assessment, changed):
    f = of(assessment, "H2@reader")

    def row(estimand, value, low=0.0, high=0.0):
        return Measurement(estimand=estimand, unit="u", n=f.rate.n, method="one-sided", value=value, low=low, high=high)

    rows = {
        "rotation": (
            row("failure_probability", f.rate.value),
            row("failure_upper_bound", 0.096),
            row("excess_failure", 0.035, 0.02, 0.05),
        ),
        "gaussian_noise": (row("failure_probability", 0.04),),
    }
    evidence = tuple(
        e.model_copy(update={"measurements": rows[e.trial.plugin]}) if e.trial.plugin in rows else e
        for e in assessment.evidence
    )
    assert plain(effort(f, changed(evidence=evidence))) == [
        "At most 9.6 % fail under rotation; one-sided. Of the 7.4 %, +3.5 points (+2.0 points to +5.0 points) are the "
        "condition's doing.",
        "The other conditions: 4 % under gaussian noise.",
    ]
