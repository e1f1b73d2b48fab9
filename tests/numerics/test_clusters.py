import numpy as np
import pytest

from bartizan.numerics.clusters import clusters

RNG = np.random.default_rng(0)
OWN = np.repeat(np.arange(3), 40)
X = (np.array([[0, 0, 0, 0], [5, 0, 0, 0], [0, 5, 0, 0]])[OWN] + 0.3 * RNG.standard_normal((120, 4))).astype(np.float32)


def test_groups_that_lie_apart_are_found() -> None:
    found = clusters(X, 3, seed=1).of(X)
    assert sorted({tuple(np.unique(found[g == OWN])) for g in range(3)}) == [(0,), (1,), (2,)]


def test_a_column_of_large_numbers_counts_no_more_than_the_others() -> None:
    scaled = X * np.array([1, 1, 1000, 1], np.float32)
    assert np.array_equal(clusters(scaled, 3, seed=1).of(scaled), clusters(X, 3, seed=1).of(X))


@pytest.mark.parametrize("k", [1, 5, 50])
def test_no_more_clusters_than_inputs(k: int) -> None:
    found = clusters(X[:4].reshape(4, 1, 2, 2), k, seed=0)
    assert len(found.centres) == min(k, 4)
    assert found.of(X[:4].reshape(4, 1, 2, 2)).max() < min(k, 4)
    assert (found.distances(X[:4]) >= 0).all()


def test_equal_inputs_are_one_group_and_no_error() -> None:
    assert clusters(np.ones((9, 3), np.float32), 4, seed=0).of(np.ones((2, 3), np.float32)).tolist() == [0, 0]
