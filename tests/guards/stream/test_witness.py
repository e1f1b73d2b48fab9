import numpy as np
import pytest

from bartizan.core.errors import UsageError
from bartizan.guards.stream import Traffic, witness
from bartizan.guards.stream.witness import LARGEST, coarse

D = 12


def natural(n, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n)
    return (y[:, None] + rng.standard_normal((n, D))).astype(np.float32), y


def made_of_each_other(n):
    x, y = natural(10, seed=2)
    rng = np.random.default_rng(1)
    rows = rng.integers(10, size=n)
    return (x[rows] + 0.1 * rng.choice([-1, 1], size=(n, D))).astype(np.float32), y[rows]


@pytest.fixture(scope="module")
def seen():
    x, y = natural(900)
    return {r.detector: r for r in witness(Traffic.of(*made_of_each_other(400)), x, y, seed=0)}


def test_what_is_made_of_each_other_is_noticed_early(seen):
    for name in ("near duplicates", "distribution test"):
        assert seen[name].thieves[0].thief == "in the open"
        assert seen[name].thieves[0].before < 200
    assert seen["query budget"].thieves[0].before == 201


def test_honest_users_are_as_many_as_were_not_used_for_the_threshold(seen):
    for found in seen.values():
        assert found.false_alarms.n == 20
        assert found.false_alarms.low <= 0.05


def test_many_accounts_escape_a_budget_and_a_slow_thief_does_not(seen):
    before = {t.thief: t.before for t in seen["query budget"].thieves}
    assert before["5 accounts"] is before["50 accounts"] is None
    assert before["slow"] is not None
    assert {t.thief: t.queries for t in seen["query budget"].thieves}["slow"] == 1300


def test_an_honest_user_as_busy_as_the_thief_stands_beside_it(seen):
    assert [b.caught for b in seen["query budget"].busy] == [1.0]
    assert [b.queries for b in seen["query budget"].busy] == [400]


def test_natural_thieves_are_noticed_by_hardly_any_detector_but_the_budget():
    x, y = natural(900)
    noticed = [
        [r.thieves[0].before is not None for r in witness(Traffic.of(*natural(150, seed=50 + s)), x, y, seed=s)]
        for s in range(4)
    ]
    assert np.sum(noticed, axis=0)[:2].max() <= 2
    assert np.sum(noticed, axis=0)[2] == 0


def test_large_inputs_are_looked_at_coarsely():
    x = np.arange(2 * 3 * 2000, dtype=np.float32).reshape(2, 3, 2000)
    assert coarse(x).shape == (2, LARGEST)
    assert coarse(x)[0].mean() == pytest.approx(x[0].mean(), rel=0.01)
    assert np.array_equal(coarse(x[:, :, :100]), x[:, :, :100].reshape(2, -1))


def test_honest_users_of_few_inputs_do_not_all_send_the_same():
    x, y = natural(80)
    budget = witness(Traffic.of(*natural(60, seed=9)), x, y, seed=0)[2]
    assert budget.threshold == 40


def test_nobody_honest_is_a_sentence():
    x, y = natural(30)
    with pytest.raises(UsageError, match="no traffic of honest users"):
        witness(Traffic.of(x, y), x[:1], y[:1], seed=0)
