import numpy as np

from bartizan.attacks.evasion.hits import Hits
from bartizan.core.data import Data


def probe():
    return Data.of(np.zeros((3, 2), np.float32), np.zeros(3, np.int64))


def test_the_first_success_within_reach_counts_and_the_smallest_is_kept():
    hits = Hits(probe(), "linf", 0.5)
    hits.add(np.array([0]), np.float32([[0.9, 0]]), np.array([3]))
    assert not hits.won.any()
    assert hits.size[0] == np.float32(0.9)
    hits.add(np.array([0]), np.float32([[0.4, 0]]), np.array([5]))
    hits.add(np.array([0]), np.float32([[0.2, 0]]), np.array([7]))
    assert hits.tries[0] == 5
    assert hits.changed[0, 0] == np.float32(0.4)
    assert hits.smallest[0, 0] == np.float32(0.2)


def test_sizes_found_later_do_not_count_as_won():
    hits = Hits(probe(), "l2", 0.5)
    hits.add(np.array([1]), np.float32([[0.1, 0]]))
    assert not hits.won[1]
    assert hits.size[1] < 0.5


def test_what_was_given_up_counts_what_was_spent():
    hits = Hits(probe(), "linf", 0.5)
    hits.add(np.array([0]), np.float32([[0.1, 0]]), np.array([2]))
    hits.give_up(np.array([9, 9, 9]))
    assert hits.tries.tolist() == [2, 9, 9]
    assert hits.standing.tolist() == [1, 2]
