import numpy as np
import pytest

from bartizan.attacks.evasion.bisect import walk_back


def test_comes_near_the_boundary_and_stays_on_the_far_side():
    x0, x = np.zeros((2, 1), np.float32), np.ones((2, 1), np.float32)
    wins = lambda p, rows: p[:, 0] > np.array([0.3, 0.7])[rows]  # noqa: E731
    near = walk_back(wins, lambda rows: np.ones(len(rows), bool), x0, x, np.arange(2), 10)
    assert near[:, 0] == pytest.approx([0.3, 0.7], abs=2e-3)
    assert (near[:, 0] > [0.3, 0.7]).all()


def test_without_money_nothing_moves():
    x0, x = np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32)
    near = walk_back(None, lambda rows: np.zeros(len(rows), bool), x0, x, np.arange(1), 10)
    assert np.array_equal(near, x)
