import numpy as np
import pytest

from bartizan.numerics.intervals import clopper_pearson, mean_interval


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (1, 100, 0.0002531, 0.05446)],
)
def test_agrees_with_published_values(k: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(k, n) == pytest.approx((low, high), rel=2e-4, abs=1e-6)


def test_no_examples_say_nothing() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_refuses_what_is_no_share(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        clopper_pearson(k, n)


def test_covers_at_least_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for k in rng.binomial(30, 0.1, size=2000):
        low, high = clopper_pearson(int(k), 30)
        hits += low <= 0.1 <= high
    assert hits / 2000 >= 0.95


def test_students_interval() -> None:
    # t(0.975, 2) = 4.30265, s = 1
    low, high = mean_interval([0.1, 0.2, 0.3])
    assert (low, high) == pytest.approx((0.2 - 4.30265 * 0.1 / 3**0.5, 0.2 + 4.30265 * 0.1 / 3**0.5), rel=1e-4)


def test_one_value_tells_nothing_of_the_spread() -> None:
    assert mean_interval([0.2]) == (-1.0, 1.0)


def test_equal_values_keep_the_width_of_rounding() -> None:
    low, high = mean_interval([0.0, 0.0, 0.0], resolution=0.01)
    assert low < 0 < high
