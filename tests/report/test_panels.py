import re

import numpy as np
import pytest

from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.finding import Within
from bartizan.core.vocabulary import Capability as C
from bartizan.report.panels import counted, name_of, three


def of(assessment, id):
    finding = next(f for f in assessment.findings if f.id == id)
    return finding, [e for e in assessment.evidence if e.id in finding.evidence]


def test_a_control_or_a_failed_trial_never_enters_a_curve(assessment):
    assert {e.trial.plugin for e in assessment.evidence} > {e.trial.plugin for e in counted(assessment.evidence)}
    assert all(e.trial.subject.kind != "control" and e.outcome == "measured" for e in counted(assessment.evidence))


def test_the_strongest_attack_is_drawn_first(assessment, arrays):
    panels = three(*of(assessment, "E2@reader/api"), arrays)
    assert [bool(p.chart) for p in panels] == [True, True, True]
    assert panels[0].legend.index("square") < panels[0].legend.index("decision based")


def test_attacks_counted_in_other_units_stay_out(assessment, arrays):
    finding, evidence = of(assessment, "E2@reader/api")
    other = next(e for e in assessment.evidence if e.trial.plugin == "apgd" and e.trial.subject.kind == "target")
    panels = three(finding, [*evidence, other], arrays)
    assert "apgd" not in panels[0].legend
    assert "apgd" in panels[1].legend


def test_attacks_in_another_norm_than_the_verdict_stay_out_of_the_tries(assessment, arrays):
    finding, (one, other) = of(assessment, "E2@reader/api")
    assert finding.sensitivity.unit == "linf"
    one = one.model_copy(update={"size_unit": "linf"})
    for unit, drawn in (("linf", True), ("l2", False)):
        panels = three(finding, [one, other.model_copy(update={"size_unit": unit})], arrays)
        assert ("decision based" in panels[0].legend) == drawn


def test_without_arrays_the_reason_stands_instead(assessment):
    panels = three(*of(assessment, "E2@reader/api"), ArrayReader())
    assert panels[0].missing == "No trial counted its tries."
    assert panels[1].missing == "No trial measured the size of its changes."
    assert panels[2].chart


def test_nothing_reached_leaves_no_size_curve_and_a_flat_tries_curve(assessment):
    finding, evidence = of(assessment, "E2@reader/api")
    nothing = {"reached": np.zeros(9, bool), "tries": np.full(9, 100), "size": np.full(9, np.inf)}
    panels = three(finding, evidence, ArrayReader(lambda _: nothing))
    assert panels[0].chart
    assert panels[1].missing


def test_giving_up_early_does_not_make_the_last_success_look_like_all(assessment):
    finding, evidence = of(assessment, "E2@reader/api")
    reached = np.arange(20) % 2 == 0
    early = {"reached": reached, "tries": np.where(reached, 10, 3)}
    early["tries"][0] = 5000
    chart = three(finding, evidence, ArrayReader(lambda _: early))[0].chart
    top = min(
        float(y) for y in re.findall(r"L[\d.]+ ([\d.]+)", chart.split('class="series s0"')[0].rsplit("<path", 1)[1])
    )
    assert top > 60


def test_sizes_beyond_the_size_tested_are_drawn_where_they_were_measured(assessment):
    finding, evidence = of(assessment, "E2@reader/api")
    size = np.linspace(0.01, 0.4, 40)
    kept = {"reached": size <= 0.1, "tries": np.ones(40), "size": size}
    chart = three(finding, evidence[:1], ArrayReader(lambda _: kept))[1].chart
    half, most = (float(x) for x in re.findall(r'<circle cx="([\d.]+)"', chart)[1:])
    assert (half - 40) / (most - 40) == pytest.approx(0.21 / 0.37, abs=0.01)


def test_several_attacks_are_put_together_where_the_answer_is_about_all(assessment):
    finding, evidence = of(assessment, "E2@reader/api")
    by_id = {evidence[0].id: np.array([0.1, 0.4]), evidence[1].id: np.array([0.3, 0.2])}
    reader = ArrayReader(lambda i: {"reached": np.ones(2, bool), "tries": np.ones(2), "size": by_id[i]})
    panel = three(finding, evidence, reader)[1]
    assert panel.legend.index("any of them") < panel.legend.index("square")


def test_what_does_not_apply_has_a_reason_and_no_empty_drawing(assessment, arrays):
    for id in ("S1@service", "D1@train/api", "X1@reader/api"):
        size = three(*of(assessment, id), arrays)[1]
        assert size.answer == "Does not apply: no input is changed"
        assert not size.chart


def test_a_hazard_draws_the_condition_that_decided_and_says_the_others(assessment):
    finding, evidence = of(assessment, "H2@reader")
    rows = {"gaussian_noise": 0.04, "rotation": finding.rate.value}
    evidence = [
        e.model_copy(
            update={
                "size_unit": "degree" if e.trial.plugin == "rotation" else "",
                "measurements": (measured(rows[e.trial.plugin], finding.rate.n),),
            }
        )
        for e in evidence
    ]
    reader = ArrayReader(lambda _: {"reached": np.ones(4, bool), "tries": np.ones(4), "size": np.arange(4) + 5.0})
    panel = three(finding, evidence, reader)[1]
    assert "degree of rotation" in panel.chart
    assert panel.notes == ("Gaussian noise: a tenth fail by 6.",)


def measured(value, n):
    return Measurement(
        estimand="failure_probability", unit="example", n=n, method="m", value=value, low=value, high=value
    )


def test_a_name_says_access_and_size(assessment):
    apgd = next(e for e in assessment.evidence if e.trial.plugin == "apgd")
    assert name_of(apgd) == "apgd (gradients, L∞ ≤ 0.1)"
    turned = next(e for e in assessment.evidence if e.trial.plugin == "rotation")
    assert name_of(turned) == "rotation"
    trial = turned.trial.model_copy(update={"params": {"condition": "skew"}})
    assert name_of(turned.model_copy(update={"trial": trial})) == "skew (rotation)"


def test_a_name_says_when_the_adversary_trained_models_of_its_own(assessment):
    rmia = next(e for e in assessment.evidence if e.trial.plugin == "rmia")
    access = rmia.trial.access.model_copy(update={"capabilities": (C.SCORES, C.RECIPE)})
    trial = rmia.trial.model_copy(update={"access": access})
    assert name_of(rmia.model_copy(update={"trial": trial})) == "rmia (own models)"


def test_tries_with_gradients_are_steps_in_every_sentence(assessment, arrays):
    finding, evidence = of(assessment, "E1@reader")
    marks = (Within(tries=10, share=0.5, low=0.4, high=0.6),)
    tries = finding.tries.model_copy(update={"unit": "queries", "within": marks, "first": 1.0})
    scope = finding.scope.model_copy(update={"access": ("logits",)})
    panel = three(finding.model_copy(update={"tries": tries, "scope": scope}), evidence, arrays)[0]
    assert "in 10 gradient steps; the first after 1 gradient step." in panel.answer
    assert "quer" not in panel.answer


def test_who_writes_labels_alone_is_not_said_to_write_records(assessment):
    e = next(e for e in assessment.evidence if e.trial.plugin == "badnets")
    assert name_of(e) == "badnets (writes records)"
    assert name_of(e.model_copy(update={"tries_unit": "labels"})) == "badnets (writes labels)"
