import numpy as np

from bartizan.core.contracts import ArrayReader
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


def test_a_name_says_access_and_size(assessment):
    apgd = next(e for e in assessment.evidence if e.trial.plugin == "apgd")
    assert name_of(apgd) == "apgd (gradients, ε 0.1)"
