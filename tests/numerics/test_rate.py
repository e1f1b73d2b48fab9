import numpy as np
import pytest

from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.rate import Rate


def test_a_share_has_its_interval() -> None:
    rate = Rate.of(np.array([True, False, False, True, False]))
    assert (rate.value, rate.n) == (pytest.approx(0.4), 5)
    assert (rate.low, rate.high) == clopper_pearson(2, 5)


def test_of_nothing_nothing_is_known() -> None:
    assert Rate.of(np.zeros(0, np.bool_)) == Rate(0.0, 0.0, 1.0, 0)
