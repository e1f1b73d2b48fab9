import numpy as np
import pytest

from bartizan.attacks.evasion.queries import UNLIMITED, Queries
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Roles
from bartizan.core.view import grant
from bartizan.numerics.linear import LinearTarget


def some(limit, total=UNLIMITED):
    return Queries(lambda x, rows: x, np.asarray(limit, np.int64), total)


def test_who_can_pay():
    q = some([2, 0, 1])
    assert q.able(np.array([0, 1, 2])).tolist() == [True, False, True]
    q(np.zeros((2, 1)), np.array([0, 2]))
    assert q.able(np.array([0, 1, 2])).tolist() == [True, False, False]
    assert q.spent.tolist() == [1, 0, 1]


def test_the_first_ones_when_not_all_can():
    q = some([9, 9, 9], total=2)
    assert q.able(np.array([2, 0, 1])).tolist() == [True, True, False]
    assert q.left(0) == 2


def test_allowing_more_never_runs_over():
    q = some([1, 1])
    q(np.zeros((1, 1)), np.array([0]))
    q.allow_more(np.full(2, UNLIMITED))
    assert q.able(np.array([0, 1])).all()
    assert (q.limit > 0).all()


@pytest.mark.parametrize(("limit", "per", "total", "left"), [(5, None, None, 5), (5, 3, None, 3), (None, 3, 4, 3)])
def test_a_views_budget_is_respected(limit, per, total, left):
    roles = Roles(probe=Data.of(np.zeros((2, 3), np.float32), np.zeros(2, np.int64)))
    view = grant(
        LinearTarget(np.ones((3, 2))), Access(capabilities=("scores",)), Budget(queries_per_example=per, queries=total),
        roles,
    )  # fmt: skip
    q = Queries.through(view, "scores", limit)
    assert q.left(0) == left
    assert q.total == (UNLIMITED if total is None else total)
    q.in_parts(view.probe.x, np.array([0, 1]))
    assert view.meter.per_example.tolist() == q.spent.tolist() == [1, 1]


def test_big_batches_are_cut():
    sizes = []

    def ask(x, rows):
        sizes.append(len(x))
        return x[:, 0]

    q = Queries(ask, np.full(600, 9, np.int64))
    assert len(q.in_parts(np.zeros((600, 1), np.float32), np.arange(600))) == 600
    assert max(sizes) == 256
