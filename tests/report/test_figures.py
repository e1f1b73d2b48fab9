import numpy as np

from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.finding import Certified
from bartizan.report.figures import brackets, family_figures, roc


def figures(assessment, arrays, id, **changes):
    finding = next(f for f in assessment.findings if f.id == id).model_copy(update=changes)
    evidence = [e for e in assessment.evidence if e.id in finding.evidence]
    return family_figures(finding, evidence, arrays, assessment.system["odd"])


def proof(assessment, arrays, **changes):
    fields = {"object": "reader", "norm": "linf", "eps": 0.1, "share": 0.0, "low": 0.0, "high": 1.0, "n": 200}
    ((_, figure),) = brackets([Certified(**fields | changes)], assessment.evidence, arrays)
    return figure


def test_dose_and_query_curves_come_from_the_points_of_measurements(assessment, arrays):
    (dose,) = figures(assessment, arrays, "B1@reader")
    (queries,) = figures(assessment, arrays, "X1@reader/api")
    assert (dose.axis, queries.axis) == ("records", "queries")
    assert dose.chart.count("<circle") == 5


def test_the_roc_is_drawn_from_its_arrays_with_the_rates_that_were_measured(assessment, arrays):
    finding = next(f for f in assessment.findings if f.id == "D1@train/api")
    drawn = roc(finding, assessment.evidence, arrays)
    assert "judged here" in drawn.chart
    assert drawn.chart.count("<circle") == 2
    assert roc(finding, assessment.evidence, ArrayReader()) is None


def test_the_curve_of_copies_says_what_a_query_costs(assessment, arrays):
    (queries,) = figures(assessment, arrays, "X1@reader/api")
    assert "queries, at 0.002\u202f€ each" in queries.chart


def test_the_edge_of_the_domain_is_marked_once_a_condition(assessment, arrays):
    (grid,) = figures(assessment, arrays, "H2@reader")
    assert grid.chart.count('class="edge"') == 2
    assert "distribution assumed" in grid.chart
    assert grid.wide


def test_a_proof_is_bracketed_by_the_attack_in_the_same_ball_only(assessment, arrays):
    size = np.r_[np.zeros(10), np.full(50, 0.08), np.full(40, 0.3), np.full(100, np.inf)]
    reader = ArrayReader(lambda id: {"size": size} if id.startswith("apgd") else {})
    assert "broken 30" in proof(assessment, reader, eps=0.1).chart
    assert "broken 5" in proof(assessment, reader, eps=0.01).chart
    assert "broken 50" in proof(assessment, reader, eps=0.3).chart
    assert "broken" not in proof(assessment, reader, norm="l2").chart.split("<text", 1)[1]


def test_an_inverted_bracket_is_called_a_fault(assessment, arrays):
    reader = ArrayReader(lambda _: {"size": np.full(200, 0.05)})
    assert "one of the two is wrong" in proof(assessment, reader, share=0.6, low=0.5, high=0.7).caption
    assert "one of the two is wrong" not in proof(assessment, reader, share=0.0, low=0.0).caption


def test_a_curve_of_doses_draws_the_effect_and_not_the_count_of_retrainings(assessment, arrays):
    f = next(f for f in assessment.findings if f.id == "B1@reader")
    rows = [
        Measurement(estimand=name, unit="u", n=2, method="m", value=v, low=0.0, high=1.0, at={"records": n})
        for name in ("goal_reached", "trigger_success")
        for n, v in ((50, 0.5), (100, 1.0))
    ]
    evidence = [e.model_copy(update={"measurements": tuple(rows)}) for e in assessment.evidence if e.id in f.evidence]
    (figure,) = family_figures(f, evidence, arrays, {})
    assert figure.chart.count("<circle") == 2
