from itertools import combinations, product

import numpy as np
import pytest

from bartizan.attacks.evasion.hits import Hits
from bartizan.attacks.evasion.queries import Queries
from bartizan.attacks.evasion.row_search import Asking, beam, drive, graft_and_prune
from bartizan.core.data import Data

VALUES = np.float32([0, 1, 2])
MOVES = [(j, VALUES[1:]) for j in range(5)]


def margin(seed):
    """A bumpy decision over 3⁵ rows: a random linear score with pairs of features that only count together."""
    rng = np.random.default_rng(seed)
    w, pairs = rng.normal(size=5), rng.normal(size=(5, 5))
    return lambda x: 2.5 - x @ w - np.einsum("ni,ij,nj->n", x, pairs, x) / 4


def fewest(f):
    for k in range(1, 6):
        for where in combinations(range(5), k):
            rows = np.zeros((2**k, 5))
            rows[:, where] = list(product([1, 2], repeat=k))
            if (f(rows) < 0).any():
                return k
    return np.inf


def asked(f, n=1, limit=10_000):
    return Queries(lambda x, rows: f(x), np.full(n, limit, np.int64))


def hits(n=1):
    return Hits(Data.of(np.zeros((n, 5), np.float32), np.zeros(n, np.int64)), "l0", 5)


@pytest.mark.parametrize("seed", range(12))
def test_a_wide_beam_finds_the_fewest_changes_there_are(seed):
    f, h = margin(seed), hits()
    search = beam(np.zeros(5, np.float32), MOVES, depth=5, width=400, most=10_000, rng=np.random.default_rng(0))
    drive({0: Asking(search)}, asked(f), h)
    assert h.size[0] == fewest(f)


def test_pruning_leaves_nothing_that_could_be_taken_back():
    f, h = (lambda x: 3.5 - x[:, 0] - x[:, 1]), hits()
    grafts = np.float32([[2, 2, 1, 1, 1], [2, 2, 2, 2, 2]])
    search = graft_and_prune(np.zeros(5, np.float32), grafts, enough=1, rng=np.random.default_rng(0))
    labels = lambda x: np.sign(f(x))  # noqa: E731
    drive({0: Asking(search)}, asked(labels), h)
    assert h.size[0] == 2


def test_a_search_that_ran_out_of_money_goes_on_where_it_rested():
    f = lambda x: 4.5 - x.sum(1)  # noqa: E731
    whole, h = hits(), hits()
    rng = np.random.default_rng
    make = lambda: Asking(beam(np.zeros(5, np.float32), MOVES, depth=3, width=3, most=99, rng=rng(0)))  # noqa: E731
    everything = asked(f)
    drive({0: make()}, everything, whole)
    q, search = asked(f, limit=7), make()
    drive({0: search}, q, h)
    assert q.spent[0] == 7
    assert np.isinf(h.size[0])
    q.allow_more(np.array([1000]))
    drive({0: search}, q, h)
    assert h.size[0] == whole.size[0]
    assert h.tries[0] == whole.tries[0]
    assert q.spent[0] == everything.spent[0]


def test_a_total_is_shared_and_never_overspent():
    h = hits(3)
    q = Queries(lambda x, rows: np.ones(len(x)), np.full(3, 100, np.int64), total=15)
    searches = {
        i: Asking(beam(np.zeros(5, np.float32), MOVES, depth=2, width=2, most=9, rng=np.random.default_rng(i)))
        for i in range(3)
    }
    drive(searches, q, h)
    assert q.spent.sum() == 15


def test_nothing_to_change_ends_at_once():
    search = beam(np.zeros(5, np.float32), [], depth=2, width=2, most=9, rng=np.random.default_rng(0))
    assert Asking(search).open is None
