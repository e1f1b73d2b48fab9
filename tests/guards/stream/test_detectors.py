"""Each detector on streams whose nature is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.core.errors import UsageError
from bartizan.guards.stream import (
    Detector,
    DistributionTest,
    NearDuplicates,
    QueryBudget,
    StreamWatch,
    Traffic,
    calibrated,
    in_many_accounts,
    rehearse,
    replay,
    slowly,
)  # fmt: skip
from bartizan.guards.stream.distribution import normality
from bartizan.guards.stream.duplicates import nearest_mean
from bartizan.guards.stream.traffic import users

Array = NDArray[np.float32]
D = 20


def natural(n: int, seed: int = 0) -> tuple[Array, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    return (labels[:, None] + rng.standard_normal((n, D))).astype(np.float32), labels


def made_of_each_other(n: int) -> tuple[Array, NDArray[np.int64]]:
    """Ten inputs and steps of one size from them."""
    rng = np.random.default_rng(1)
    x, y = natural(10, seed=2)
    rows = rng.integers(10, size=n)
    return (x[rows] + 0.5 * rng.choice([-1, 1], size=(n, D))).astype(np.float32), y[rows]


def test_normality_tells_normal_from_two_heaps() -> None:
    rng = np.random.default_rng(0)
    assert normality(rng.standard_normal(500)) > 0.99
    assert normality(np.concatenate([rng.normal(0, 0.1, 250), rng.normal(5, 0.1, 250)])) < 0.8
    assert normality(np.ones(50)) == 0


def test_nearest_mean() -> None:
    buffer = np.array([[0, 0], [3, 4], [6, 8]], np.float32)
    assert nearest_mean(buffer, np.zeros(2, np.float32), 2) == pytest.approx(2.5)


def test_near_duplicates_is_the_plain_reckoning_over_the_last_queries() -> None:
    x = natural(90)[0]
    x[50] = x[20]
    detector = NearDuplicates(k=3, buffer=40)
    for i, row in enumerate(x):
        before = x[max(0, i - 40) : i]
        expected = -nearest_mean(before, row, 3) if i >= 3 else float("-inf")
        assert detector.suspicion(row, 0, i) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("make", [lambda: DistributionTest(least=50), lambda: NearDuplicates(buffer=120), QueryBudget])
@pytest.mark.parametrize("stream", [natural, made_of_each_other])
def test_a_whole_stream_at_once_is_as_suspicious_as_query_by_query(make: Any, stream: Any) -> None:
    x, y = stream(400)
    times = np.arange(400.0)
    one = make()
    singly = [one.suspicion(row, int(c), t) for row, c, t in zip(x, y, times, strict=True)]
    assert np.allclose(make().suspicions(x, y, times), singly, atol=1e-4)


def test_budget_counts_within_its_window() -> None:
    budget = QueryBudget(window=10)
    x = np.zeros(1, np.float32)
    assert [budget.suspicion(x, 0, t) for t in (0, 5, 9.9, 10, 30)] == [1, 2, 3, 3, 1]


@pytest.mark.parametrize("make", [DistributionTest, NearDuplicates])
def test_queries_made_of_each_other_are_caught_and_natural_ones_seldom(make: Callable[[], Detector]) -> None:
    x, y = natural(8000)
    found = rehearse(make, Traffic.of(*made_of_each_other(300)), x, y, queries=200, false_alarms=0.05)
    assert found.thieves[0].caught == 1
    assert found.thieves[0].before is not None
    assert found.false_alarms.n == 20
    assert found.false_alarms.low <= 0.05


@pytest.mark.parametrize("make", [DistributionTest, NearDuplicates])
def test_a_thief_with_natural_queries_is_not_told_from_users(make: Callable[[], Detector]) -> None:
    """The negative control: what comes from where the users' queries come from raises no more alarms than they do."""
    x, y = natural(12_000)
    caught = [
        rehearse(make, Traffic.of(*natural(200, seed=100 + s)), x, y, false_alarms=0.05, seed=s).thieves[0].caught
        for s in range(6)
    ]
    assert sum(caught) <= 2


def test_slow_thieves_and_those_with_many_accounts_are_harder_to_catch_by_budget() -> None:
    x, y = natural(8000)
    theft = Traffic.of(*natural(2000, seed=5))
    found = rehearse(lambda: QueryBudget(3600), theft, x, y, queries=200, accounts=20, share=0.1)
    caught = {t.thief: t.caught for t in found.thieves}
    assert caught == {"in the open": 1.0, "slow": 1.0, "many accounts": 0.0}
    assert {t.thief: t.queries for t in found.thieves} == {"in the open": 2000, "slow": 20_000, "many accounts": 2000}
    before = {t.thief: t.before or 0 for t in found.thieves}
    assert before["slow"] < before["in the open"] == 201


def test_a_user_as_busy_as_a_thief_is_looked_at_beside_it() -> None:
    x, y = natural(8000)
    found = rehearse(lambda: QueryBudget(3600), Traffic.of(*natural(300, seed=5)), x, y, share=0.5)
    assert [b.queries for b in found.busy] == [300, 600]
    assert [b.caught for b in found.busy] == [1.0, 1.0]
    alike = rehearse(NearDuplicates, Traffic.of(*made_of_each_other(200)), x, y)
    assert (alike.thieves[0].caught, alike.busy[0].caught) == (1.0, 0.0)


def test_the_threshold_keeps_its_promise_on_accounts_it_has_not_seen() -> None:
    alarms = 0
    for seed in range(40):
        x, y = natural(2000, seed=seed)
        crowd = users(x, y, queries=100, seed=seed)
        threshold = calibrated(NearDuplicates, crowd[:19], 0.05)
        alarms += bool(replay(NearDuplicates, threshold, crowd[19]))
    assert alarms <= 6


def test_a_watch_keeps_accounts_apart() -> None:
    watch = StreamWatch(lambda: QueryBudget(100), threshold=2)
    x = np.zeros((1, 2, 2), np.float32)
    said = [watch.feed(account, x, 0, t) for t, account in enumerate((1, 2, 1, 2, 1))]
    assert said[:4] == [None] * 4
    assert said[4] is not None
    assert (said[4].account, said[4].queries, said[4].suspicion) == (1, 3, 3.0)


def test_slow_and_many_accounts_send_the_whole_theft() -> None:
    x, y = natural(500)
    theft = Traffic.of(*natural(40, seed=9), account=7)
    slow, many = slowly(theft, x, y, share=0.25, seed=0), in_many_accounts(theft, 8)
    sent = {r.tobytes() for r in theft.x}
    assert len(slow) == 160
    assert sent <= {r.tobytes() for r in slow.x}
    assert set(slow.accounts) == {7}
    assert np.bincount(many.accounts).tolist() == [5] * 8


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x, y: calibrated(NearDuplicates, [Traffic.of(x, y)] * 3, 0.05), "at least 19 accounts"),
        (lambda x, y: calibrated(NearDuplicates, [Traffic.of(x, y)] * 3, 0.0), "between 0 and 1"),
        (lambda x, y: Traffic.of(x, y[:3]), "one for each of 50 queries"),
        (lambda x, y: slowly(Traffic.of(x, y), x, y, share=0, seed=0), "share=0"),
        (lambda x, y: in_many_accounts(Traffic.of(x, y), 0), "at least one"),
        (lambda x, y: rehearse(NearDuplicates, Traffic.of(x, y), x, y), "at least two are needed"),
    ],
)
def test_bad_input_is_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        call(*natural(50))
