import numpy as np
import pytest

from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.levels import STUDENT, Estimate


def binomial(k: int, n: int) -> Estimate:
    return Estimate(k / n, *clopper_pearson(k, n), n, "as it may be called")


def student(values: list[float]) -> Estimate:
    return Estimate(float(np.mean(values)), *mean_interval(values), len(values), f"{STUDENT} over seeds")


def test_a_count_is_known_by_its_interval_and_moved_exactly() -> None:
    assert binomial(30, 100).at(0.01) == pytest.approx(clopper_pearson(30, 100, 0.01))
    # P(X >= 2) of Bin(3, 1/2)
    assert binomial(2, 3).chance(0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("k", [1, 7, 30, 100])
def test_the_chance_is_the_level_at_which_the_lower_end_meets_the_bound(k: int) -> None:
    estimate = binomial(k, 100)
    assert estimate.chance(estimate.low) == pytest.approx(0.025, rel=1e-6)
    assert estimate.chance(estimate.at(0.01)[0]) == pytest.approx(0.005, rel=1e-6)


def test_a_mean_is_students_at_every_level() -> None:
    values = [0.02, 0.05, 0.03, 0.06, 0.04]
    assert student(values).at(0.01) == pytest.approx(mean_interval(values, 0.01))
    assert student(values).chance(student(values).low) == pytest.approx(0.025)


def test_a_students_end_cut_short_at_a_bound_is_no_sign_of_certainty() -> None:
    estimate = Estimate(0.9, 0.5, 1.0, 3, f"{STUDENT} over seeds")
    assert estimate.at(0.01)[0] < 0.2
    assert estimate.at(0.01)[1] == 1.0


def test_one_seed_claims_nothing() -> None:
    assert student([0.9]).at(0.01) == (-1, 1)
    assert student([0.9]).chance(0.01) == 1


def test_a_full_count_is_no_sample() -> None:
    count = Estimate(0.5, 0.5, 0.5, 2, "full count")
    assert count.at(0.001) == (0.5, 0.5)
    assert (count.chance(0.0), count.chance(0.5)) == (0.0, 1.0)


def test_an_unknown_method_is_moved_as_a_normal_estimate_and_an_end_on_the_estimate_falls() -> None:
    other = Estimate(0.3, 0.2, 0.45, 100, "DeLong")
    low, high = other.at(0.01)
    assert (low, high) == pytest.approx((0.3 - 0.1 * 2.5758 / 1.96, 0.3 + 0.15 * 2.5758 / 1.96), abs=1e-3)
    assert other.chance(0.2) == pytest.approx(0.025)
    one_sided = Estimate(0.1, 0.1, 1.0, 10, "a scan")
    assert one_sided.at(0.01) == (0.0, 1.0)
    assert (one_sided.chance(0.0), one_sided.chance(0.2)) == (0.05, 1.0)


def test_the_worst_of_many_at_the_tolerance_is_rarely_called_worse() -> None:
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(1000):
        false += max(binomial(int(k), 800).at(0.05 / 8)[0] for k in rng.binomial(800, 0.05, 8)) > 0.05
    assert false / 1000 < 0.04
