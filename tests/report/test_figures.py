from bartizan.core.finding import Certified
from bartizan.report.figures import family_figures


def figures(assessment, arrays, id, **changes):
    finding = next(f for f in assessment.findings if f.id == id).model_copy(update=changes)
    evidence = [e for e in assessment.evidence if e.id in finding.evidence]
    return family_figures(finding, evidence, arrays, assessment.system["odd"])


def test_dose_and_query_curves_come_from_the_points_of_measurements(assessment, arrays):
    (dose,) = figures(assessment, arrays, "B1@reader")
    (queries,) = figures(assessment, arrays, "X1@reader/api")
    assert (dose.axis, queries.axis) == ("records", "queries")
    assert dose.chart.count("<circle") == 5


def test_the_roc_is_drawn_from_its_arrays(assessment, arrays):
    (roc,) = figures(assessment, arrays, "D1@train/api")
    assert "judged here" in roc.chart


def test_the_edge_of_the_domain_is_marked_once_a_condition(assessment, arrays):
    (grid,) = figures(assessment, arrays, "H2@reader")
    assert grid.chart.count('class="edge"') == 2
    assert "distribution assumed" in grid.chart
    assert grid.wide


def test_a_proof_is_bracketed_by_the_attack_in_the_same_ball_only(assessment, arrays):
    figure = figures(assessment, arrays, "E1@reader")[-1]
    assert "proved 11" in figure.chart
    assert "broken 73" in figure.chart
    other = Certified(object="reader", norm="linf", eps=0.3, share=0.0, low=0.0, high=0.02, n=200)
    elsewhere = figures(assessment, arrays, "E1@reader", certified=(other,))[-1]
    assert "broken 0" in elsewhere.chart


def test_an_inverted_bracket_is_called_a_fault(assessment, arrays):
    wrong = Certified(object="reader", norm="linf", eps=0.1, share=0.6, low=0.5, high=0.7, n=200)
    figure = figures(assessment, arrays, "E1@reader", certified=(wrong,))[-1]
    assert "one of the two is wrong" in figure.caption
