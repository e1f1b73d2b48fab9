import re

import pytest

from bartizan.report.charts.before_after import Row, Span, before_after


def widths(drawn, look):
    return [float(w) for w in re.findall(rf'width="([\d.]+)" height="8" class="bar {look}"', drawn)]


def test_bars_are_as_long_as_the_shares_they_show():
    drawn = before_after([Row("a", Span(0.8, 0.7, 0.9), Span(0.2, 0.1, 0.3), "over")], "x", "axis")
    (before,), (after,) = widths(drawn, "was"), widths(drawn, "over")
    assert before == pytest.approx(4 * after, rel=1e-3)
    assert drawn.count("whisker-thin") == 2
    assert "a 80\u202f% before, 20\u202f% after" in drawn


def test_what_was_not_measured_has_no_bar_and_is_not_called_nothing():
    drawn = before_after([Row("a", None, Span(0.0, 0.0, 0.1)), Row("b", Span(0.5, 0.4, 0.6), None)], "x", "axis")
    assert (len(widths(drawn, "was")), len(widths(drawn, "kept"))) == (1, 1)
    assert "a – before, 0\u202f% after; b 50\u202f% before, – after" in drawn


@pytest.mark.parametrize("limit", [None, 0.05])
def test_what_is_tolerated_is_a_line_only_where_it_is_known(limit):
    drawn = before_after([Row("a", Span(0.02, 0.0, 0.04), None)], "x", "axis", end=0.05, limit=limit)
    assert drawn.count('class="limit"') == (limit is not None)


def test_long_names_are_cut_and_leave_room_for_bars():
    drawn = before_after([Row("a class with a very long name", Span(1.0, 0.9, 1.0), Span(1.0, 0.9, 1.0))], "x", "axis")
    assert ">a class wit…<" in drawn
    assert widths(drawn, "kept")[0] > 100


def test_names_cannot_write_markup():
    assert "<img" not in before_after([Row("<img>", Span(0.5, 0.4, 0.6), None)], "<img>", "<img>")
