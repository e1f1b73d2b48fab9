import numpy as np
import pytest

from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.survival import kaplan_meier


def test_a_hand_example() -> None:
    # 6-MP arm of Freireich et al. 1963: S(6) = .857, S(10) = .753, S(23) = .448
    reached = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    lost = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = kaplan_meier(reached + lost, [True] * 9 + [False] * 12)
    at = dict(zip(curve.tries, curve.standing, strict=True))
    assert (at[6], at[7], at[10], at[23]) == pytest.approx((0.857, 0.807, 0.753, 0.448), abs=1e-3)
    low, high = curve.low[list(curve.tries).index(10)], curve.high[list(curve.tries).index(10)]
    assert (low, high) == pytest.approx((0.503, 0.889), abs=1e-3)
    median, earliest, latest = curve.median
    assert (median, earliest, latest) == (23, 13, None)


def test_without_censoring_it_is_the_plain_share() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [True] * 4)
    value, low, high = curve.success_at(2)  # type: ignore[misc]
    assert value == pytest.approx(0.5)
    assert low < 0.5 < high
    value, low, high = curve.success_at(4)  # type: ignore[misc]
    assert (value, low, high) == pytest.approx((1.0, *clopper_pearson(4, 4)))


def test_nothing_broken_has_no_median_and_a_bound() -> None:
    curve = kaplan_meier([100] * 20, [False] * 20)
    assert curve.median == (None, None, None)
    assert curve.success_at(100) == pytest.approx((0.0, *clopper_pearson(0, 20)))
    assert curve.success_at(101) is None
    assert curve.censored_at == 100


def test_before_the_first_success() -> None:
    curve = kaplan_meier([5, 9], [True, False])
    assert curve.success_at(1) == pytest.approx((0.0, *clopper_pearson(0, 2)))


def test_empty_says_nothing() -> None:
    curve = kaplan_meier([], [])
    assert curve.success_at(0) is None
    assert curve.median == (None, None, None)


def test_refuses_unequal_lengths() -> None:
    with pytest.raises(ValueError):
        kaplan_meier(np.ones(3), [True])


def test_when_nothing_stands_more_tries_add_nothing_and_otherwise_they_are_unknown() -> None:
    assert kaplan_meier([1, 2, 3], [True] * 3).success_at(100) == pytest.approx((1.0, *clopper_pearson(3, 3)))
    assert kaplan_meier([1, 2, 3], [True, True, False]).success_at(100) is None


def test_an_example_given_up_early_counts_as_standing_at_the_full_budget() -> None:
    curve = kaplan_meier([3, 9], [True, False], budget=50)
    assert curve.censored_at == 50
    assert curve.success_at(50) is not None
    assert curve.success_at(51) is None
