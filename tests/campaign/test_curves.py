from __future__ import annotations

import numpy as np

from bartizan.campaign.curves import ladder, sensitivity, theft, tries
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome


def evidence(id: str) -> Evidence:
    trial = Trial(name=id, kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"))
    return Evidence(id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED, tries_unit="queries")


def counted(count: list[int], reached: list[bool]) -> dict[str, np.ndarray]:
    return {"tries": np.array(count), "reached": np.array(reached)}


def test_the_median_counts_those_given_up_as_censored() -> None:
    arrays = {"a": counted([10, 20, 100, 100, 100], [True, True, True, False, False])}
    found = tries([evidence("a")], ArrayReader(arrays.__getitem__))
    assert found is not None
    assert (found.median, found.censored_at, found.n, found.unit) == (100, 100, 5, "queries")
    few = {"a": counted([10, 100, 100, 100, 100], [True, False, False, False, False])}
    found = tries([evidence("a")], ArrayReader(few.__getitem__))
    assert found is not None
    assert found.median is None


def test_an_adversary_uses_the_attack_that_needs_the_fewest() -> None:
    arrays = {
        "slow": counted([90, 90, 90], [True] * 3),
        "quick": counted([5, 5, 5], [True] * 3),
        "vain": counted([1, 1, 1], [False] * 3),
        "silent": {},
    }
    found = tries([evidence(i) for i in arrays], ArrayReader(arrays.__getitem__))
    assert found is not None
    assert found.median == 5


def test_where_none_is_enough_the_longest_attempt_is_told() -> None:
    arrays = {"short": counted([50] * 3, [False] * 3), "long": counted([300] * 3, [False] * 3)}
    found = tries([evidence(i) for i in arrays], ArrayReader(arrays.__getitem__))
    assert found is not None
    assert (found.median, found.censored_at) == (None, 300)


def test_no_tries_where_none_were_counted() -> None:
    assert tries([evidence("a")], ArrayReader(lambda _: {})) is None


def test_quantiles_are_over_all_examples_and_never_over_successes_only() -> None:
    found = sensitivity(np.array([0.1, 0.2, 0.3, np.inf, np.inf, np.inf]), "linf")
    assert found is not None
    assert (found.q10, found.q50, found.q90, found.n) == (0.2, None, None, 6)
    assert sensitivity(np.full(3, np.inf), "linf") is None
    assert sensitivity(np.zeros(0), "linf") is None


def test_the_ladder_runs_from_least_to_most_and_keeps_the_highest() -> None:
    found = ladder([("weights", rate(0.9)), ("labels", rate(0.1)), ("scores", rate(0.4)), ("labels", rate(0.3))])
    assert [(r.access, r.rate, r.low, round(r.high, 3)) for r in found] == [
        ("labels", 0.3, 0.2, 0.4),
        ("scores", 0.4, 0.3, 0.5),
        ("weights", 0.9, 0.8, 1.0),
    ]


def test_a_theft_takes_the_fewest_queries_whose_copy_is_surely_better_than_tolerated() -> None:
    points = [rate(v).model_copy(update={"at": {"queries": q}}) for q, v in ((1000, 0.96), (100, 0.9), (300, 0.95))]
    found = theft(points, 0.84)
    assert found is not None
    assert (found.median, found.censored_at, found.n, found.unit) == (300, 1000, 1, "queries")
    never = theft(points, 0.9)
    assert never is not None
    assert never.median is None
    assert theft([rate(0.9)], 0.5) is None


def rate(value: float) -> Measurement:
    low, high = round(value - 0.1, 3), value + 0.1
    return Measurement(estimand="harm", unit="example", n=10, method="made up", value=value, low=low, high=high)
