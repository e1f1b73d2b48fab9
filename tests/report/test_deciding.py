from bartizan.core.artifact import Measurement
from bartizan.report.deciding import deciding, strongest_first


def measured(evidence, value, n=200, estimand="attack_success"):
    row = Measurement(estimand=estimand, unit="u", n=n, method="m", value=value, low=value - 0.01, high=value)
    return evidence.model_copy(update={"measurements": (row,)})


def test_the_trial_whose_number_is_the_rate_decided(assessment):
    f = next(f for f in assessment.findings if f.id == "E2@reader/api")
    decided = deciding(f, assessment.evidence)
    assert decided is not None
    assert (decided[0].trial.plugin, decided[1].value) == ("square", f.rate.value)


def test_where_several_were_put_together_the_strongest_stands_for_them(assessment):
    f = next(f for f in assessment.findings if f.id == "E2@reader/api")
    weak, strong = (next(e for e in assessment.evidence if e.id == i) for i in f.evidence)
    trials = [measured(weak, 0.2), measured(strong, 0.4)]
    assert [e.id for e in strongest_first(f, trials)] == [strong.id, weak.id]


def test_an_attack_counted_in_another_unit_does_not_decide_an_evasion(assessment):
    f = next(f for f in assessment.findings if f.id == "E2@reader/api")
    near, far = (next(e for e in assessment.evidence if e.id == i) for i in f.evidence)
    trials = [measured(near, 0.2), measured(far, 0.9).model_copy(update={"size_unit": "l2"})]
    assert strongest_first(f, trials)[0].id == near.id


def test_an_untested_finding_has_none(assessment):
    f = next(f for f in assessment.findings if f.verdict == "untested")
    assert deciding(f, assessment.evidence) is None
