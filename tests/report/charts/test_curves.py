"""The curves drawn from numbers: they show what they were given, for the least and the oddest inputs too."""

import re

import numpy as np
import pytest

from bartizan.core.finding import Rate
from bartizan.report.charts.bracket import bracket
from bartizan.report.charts.frame import LEFT, RIGHT, WIDTH
from bartizan.report.charts.interval import interval_bar
from bartizan.report.charts.ladder import Step, knowledge_ladder
from bartizan.report.charts.points import Point, point_curves
from bartizan.report.charts.rank import rank_range
from bartizan.report.charts.roc import Curve, log_roc
from bartizan.report.charts.scale import Scale
from bartizan.report.charts.series import Series, legend, strongest_first
from bartizan.report.charts.sizes import size_curve
from bartizan.report.charts.survival import tries_curve
from bartizan.report.charts.tradeoff import Trade, front, trade_off


def series(reached, values, name="apgd"):
    return Series(name, np.asarray(values, np.float64), np.asarray(reached, bool))


@pytest.mark.parametrize("reached", [[True, True], [False, False], [True, False]])
def test_tries_are_drawn_whether_all_none_or_some_fell(reached):
    drawn = tries_curve([series(reached, [3, 40])], "queries", 40)
    assert drawn.count('class="series s0"') == 1
    assert "nan" not in drawn


def test_the_tries_curve_says_how_much_fell_within_the_budget():
    drawn = tries_curve([series([True, False, False, False], [3, 100, 100, 100])], "queries", 100)
    assert "25\u202f% broken within 100 queries" in drawn


def test_sizes_mark_only_the_shares_that_were_reached():
    drawn = size_curve([series([True, True, True, False], [0.1, 0.2, 0.3, np.inf])], "L2", eps=0.5)
    assert drawn.count("<circle") == 2
    assert "inf" not in drawn


def test_the_dots_are_the_quantiles_whatever_lies_beyond_the_size_tested():
    sizes = np.linspace(0.01, 0.4, 41)
    drawn = size_curve([series(sizes <= 0.1, sizes)], "L∞", eps=0.1)
    x = [float(v) for v in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    whole = Scale(0.0, 0.4 * 1.05, LEFT, WIDTH - RIGHT)
    assert x == pytest.approx([whole(q) for q in np.quantile(sizes, [0.1, 0.5, 0.9], method="higher")], abs=0.01)


def test_the_strongest_comes_first_and_at_most_four_are_drawn():
    found = strongest_first([series([i < k for i in range(6)], range(6), f"a{k}") for k in range(6)])
    assert [s.name for s in found] == ["a5", "a4", "a3", "a2"]


def test_a_legend_is_only_needed_for_several():
    assert legend(["one"]) == ""
    assert legend(["one", "<two>"]).count("<li>") == 2
    assert "<two>" not in legend(["one", "<two>"])


def test_the_ladder_tells_rungs_above_from_rungs_below():
    rungs = [Step("labels", 0.02, 0.0, 0.04), Step("scores", 0.06, 0.02, 0.1), Step("weights", 0.7, 0.6, 0.8, own=True)]
    drawn = knowledge_ladder(rungs, 0.05)
    for name in ("over", "under", "open"):
        assert drawn.count(f'class="bar {name}"') == 1
    assert drawn.count('class="rung own"') == 1
    assert drawn.count("whisker-thin") == 9


def test_the_interval_carries_its_verdict_and_negative_ends():
    assert "estimate resisted" in interval_bar(0.01, -0.02, 0.04, 0.05, "resisted")


def test_points_outside_shares_get_an_axis_of_their_own():
    drawn = point_curves([("seconds", [Point(1, 3.0, 2.0, 4.0), Point(2, 30.0, 20.0, 40.0)])], "records", 0.05)
    assert "limit" not in drawn
    assert ">40<" in drawn or ">30<" in drawn


def test_a_single_point_is_drawn():
    assert point_curves([("rate", [Point(5, 0.5, 0.4, 0.6)])], "records").count("<circle") == 1


def test_the_roc_leaves_out_what_a_logarithm_cannot_show():
    curve = Curve("rmia", np.array([0.0, 0.01, 1.0]), np.array([0.0, 0.02, 1.0]))
    drawn = log_roc([curve], [Point(0.01, 0.02, 0.0, 0.05)], 0.01)
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_the_roc_marks_what_was_measured_on_the_first_curve():
    curves = [Curve(name, np.array([0.01, 1.0]), np.array([0.02, 1.0])) for name in ("rmia", "loss")]
    drawn = log_roc(curves, [Point(0.01, 0.02, 0.0, 0.05)])
    assert drawn.count("<circle") == 1
    assert (drawn.count('class="series s0"'), drawn.count('class="series s1"')) == (1, 1)
    assert "rmia, loss" in drawn


def test_an_empty_roc_does_not_fail():
    assert "<svg" in log_roc([Curve("none", np.zeros(0), np.zeros(0))])
    assert "<svg" in log_roc([])


def test_the_bracket_says_its_three_parts():
    drawn = bracket("L2 ≤ 1", 0.2, 0.5)
    for words in ("proved 20", "unknown 30", "broken 50"):
        assert words in drawn
    assert "unknown 80" in bracket("L2 ≤ 1", 0.2, None)


def test_a_rank_says_its_range():
    assert "rank 3, between 2 and 6" in rank_range(3, 2, 6, 12)
    assert "<svg" in rank_range(1, 1, 1, 1)


def rate(value, n=200):
    return Rate(estimand="e", value=value, low=max(value - 0.1, 0), high=min(value + 0.1, 1), n=n, method="m")


def test_each_trade_is_one_mark_with_its_words():
    drawn = trade_off([Trade("A", "E1@m", -0.02, rate(0.6), rate(0.2)), Trade("B", "E1@m", 0.0, rate(0.6), rate(0.7))])
    assert drawn.count('class="mark') == 2
    assert drawn.count('class="whisker-thin') == 3  # as described, and under each
    assert "A on E1@m: rate −40.0" in drawn


def places(drawn):
    return [(float(x), float(y)) for x, y in re.findall(r'transform="translate\(([\d.]+) ([\d.]+)\)"><', drawn)]


def test_marks_that_would_cover_each_other_stand_side_by_side_and_in_the_panel():
    costs = np.linspace(-0.02, 0.01, 5)
    alike = [Trade(f"T{i}", "E1@m", a, rate(0.6), rate(0.6 - a)) for i, a in enumerate(costs)]
    found = places(trade_off(alike))[-6:]  # as described, and five treatments
    for i, (x, y) in enumerate(found):
        assert 0 < x < 215
        assert all(abs(x - a) >= 11 or abs(y - b) >= 11 for a, b in found[:i])


def test_what_stands_lower_keeps_its_place():
    far = Trade("A", "E1@m", 0.0, rate(0.9), rate(0.1))
    (x, _), (same, _) = places(trade_off([far]))[-2:]
    assert x == same


def test_few_cases_are_hollow_and_counted():
    drawn = trade_off([Trade("A", "B1@m", 0.0, rate(1.0, n=2), rate(0.0, n=2))])
    assert ">B1@m (n = 2)</text>" in drawn
    assert 'class="mark m0 few"' in drawn


def test_what_no_treatment_moved_gets_no_plot():
    moved, still = Trade("A", "E1@m", 0.0, rate(0.6), rate(0.5)), Trade("A", "E2@m", 0.0, rate(0.6), rate(0.6))
    assert trade_off([moved, still]).count('class="panel-name"') == 1
    assert trade_off([still]) == ""


def test_the_front_keeps_what_nothing_beats():
    described, worse, better, cheap = (0.0, 0.6), (-0.02, 0.7), (-0.05, 0.1), (-0.01, 0.4)
    assert front([described, worse, better, cheap]) == [described, cheap, better]
    assert front([(0.0, 0.6), (0.01, 0.6)]) == [(0.01, 0.6)]
