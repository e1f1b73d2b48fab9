from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.campaign.curves import most_tries, sensitivity, theft, tries
from bartizan.core.access import Budget
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome


def evidence(id: str, budget: Budget | None = None, **params: Any) -> Evidence:
    trial = Trial(
        name=id, kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"), params=params,
        budget=budget or Budget(),
    )  # fmt: skip
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


@pytest.mark.parametrize(
    ("budget", "params", "most"),
    [
        ({"queries_per_example": 1000}, {}, 1000),
        ({"queries_per_example": 480}, {"queries": 300}, 300),
        ({"queries_per_example": 100}, {"queries": 300}, 100),
        ({}, {"draws": 50}, 50),
        ({}, {"steps": 20, "runs": ["margin", "ce"]}, 40),
        ({}, {"steps": 20}, None),
    ],
)
def test_the_budget_is_the_trials_or_what_its_parameters_allow(
    budget: dict[str, int], params: dict[str, Any], most: int | None
) -> None:
    assert most_tries(evidence("a", Budget.model_validate(budget), **params)) == most


def test_who_gave_up_early_is_censored_at_the_budget_and_not_at_the_largest_number_seen() -> None:
    arrays = {"a": counted([3, 3, 3, 3], [True, False, False, False])}
    found = tries([evidence("a", Budget(queries_per_example=1000))], ArrayReader(arrays.__getitem__))
    assert found is not None
    assert (found.censored_at, found.median, found.first) == (1000, None, 3)
    assert [(w.tries, w.share) for w in found.within] == [(10, 0.25), (100, 0.25), (1000, 0.25)]


def test_success_at_round_numbers_is_told_where_everything_fell_long_before() -> None:
    arrays = {"a": counted([1, 2, 3], [True] * 3)}
    found = tries([evidence("a")], ArrayReader(arrays.__getitem__))
    assert found is not None
    assert [(w.tries, w.share) for w in found.within] == [(10, 1), (100, 1), (1000, 1), (10000, 1)]
    assert all(w.low < 1 for w in found.within)
