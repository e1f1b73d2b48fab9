import numpy as np
import pytest

from bartizan.numerics.paired import discordant, mcnemar, paired_difference, wilson


def table(both: int, first: int, second: int, none: int) -> tuple[np.ndarray, np.ndarray]:
    a = np.repeat([1, 1, 0, 0], [both, first, second, none])
    b = np.repeat([1, 0, 1, 0], [both, first, second, none])
    return a, b


def test_wilson_against_the_textbook() -> None:
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, part I, table I


def test_newcombes_own_example() -> None:
    value, low, high = paired_difference(*table(36, 12, 2, 0))
    assert (value, low, high) == pytest.approx((0.2, 0.0569, 0.3404), abs=2e-3)  # Newcombe 1998, part III, table II


def test_no_differing_pair_still_leaves_doubt() -> None:
    value, low, high = paired_difference(*table(95, 0, 0, 5))
    assert value == 0
    assert low < -0.005
    assert high > 0.005


def test_the_order_of_the_two_only_turns_the_sign() -> None:
    a, b = table(50, 20, 5, 25)
    value, low, high = paired_difference(a, b)
    assert paired_difference(b, a) == pytest.approx((-value, -high, -low))


def test_repeating_the_same_examples_adds_no_certainty() -> None:
    a, b = table(50, 20, 5, 25)
    assert paired_difference(np.stack([a] * 5), np.stack([b] * 5)) == pytest.approx(paired_difference(a, b))


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        cell = rng.choice(4, size=100, p=[0.8, 0.12, 0.03, 0.05])
        _, low, high = paired_difference(cell < 2, (cell == 0) | (cell == 2))
        hits += low <= 0.09 <= high
    assert hits >= 0.92 * 400


@pytest.mark.parametrize(("a", "b"), [([], []), ([1, 0], [1])])
def test_pairs_that_are_no_pairs_are_refused(a: list[int], b: list[int]) -> None:
    with pytest.raises(ValueError, match="one shape that is not empty"):
        paired_difference(a, b)


def test_pairs_that_differ_are_counted_each_way() -> None:
    a, b = table(50, 20, 5, 25)
    assert discordant(a, b) == (20, 5)
    assert discordant(b, a) == (5, 20)


@pytest.mark.parametrize(("first", "second"), [(9, 0), (20, 5), (5, 20), (3, 4), (7, 7)])
def test_mcnemar_is_the_binomial_test_of_the_pairs_that_differ(first: int, second: int) -> None:
    from math import comb

    from scipy.stats import binomtest

    n, least = first + second, min(first, second)
    closed = min(1.0, 2 * sum(comb(n, i) for i in range(least + 1)) / 2**n)
    assert mcnemar(first, second) == pytest.approx(closed)
    assert mcnemar(first, second) == pytest.approx(binomtest(first, n, 0.5).pvalue)


def test_no_pair_that_differs_tells_nothing() -> None:
    assert mcnemar(0, 0) == 1
