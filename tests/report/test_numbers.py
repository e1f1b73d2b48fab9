import math

import pytest

from bartizan.report.numbers import percent, points, quantity, short


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.615, "62 %"),
        (0.05, "5 %"),
        (0.016, "1.6 %"),
        (0.0012, "0.12 %"),
        (0.996, "99.6 %"),
    ],
)
def test_percent_keeps_the_digits_that_matter(share, text):
    assert percent(share).replace("\u202f", " ") == text


def test_percent_never_rounds_a_rest_away():
    assert percent(0.99999) != percent(1.0)
    assert percent(0.00001) != percent(0.0)


@pytest.mark.parametrize(("d", "text"), [(0.021, "+2.1 points"), (-0.021, "−2.1 points"), (0.0001, "±0.0 points")])
def test_points_carry_their_sign(d, text):
    assert points(d).replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(612.0, "612"), (12000, "12 000"), (0.03529, "0.0353"), (-0.5, "−0.5"), (1234.56, "1 235"), (0.0, "0")],
)
def test_quantity_has_three_digits(value, text):
    assert quantity(value).replace("\u202f", " ") == text


def test_infinite_is_said():
    assert quantity(math.inf) == "∞"


def test_short_for_axes():
    assert [short(v) for v in (10000, 0.05, -20, 2e6)] == ["10k", "0.05", "−20", "2M"]
