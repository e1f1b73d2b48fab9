import numpy as np
import pytest
from pydantic import ValidationError

from bartizan.core.access import Access, Budget
from bartizan.core.data import Data, Roles
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import Profile
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.defenses.query_budget import USUAL, QueryBudget, QueryBudgetParams
from bartizan.numerics.linear import LinearTarget

OPEN = LinearTarget(np.array([[8.0, -8.0], [-8.0, 8.0]]))
PROBE = Data.of(np.random.default_rng(0).random((10, 2), np.float32), np.zeros(10))
THROUGH_API = Access(capabilities=(Capability.SCORES,), interface="api")


def behind(target=OPEN, **params):
    return QueryBudget().wrap(target, {}, params=QueryBudgetParams(**params), seed=0, digest="d")


def view(target, budget=None, access=THROUGH_API):
    return grant(target, access, budget or Budget(queries=1000), Roles(probe=PROBE))


@pytest.mark.parametrize("wrong", [{"queries": 0}, {"accounts": 0}, {"queries": 2.5}])
def test_a_budget_of_nothing_is_refused(wrong):
    with pytest.raises(ValidationError):
        QueryBudgetParams(**wrong)


def test_answers_stay_as_they_were():
    assert np.array_equal(behind(queries=3).scores(PROBE.x), OPEN.scores(PROBE.x))


def test_the_query_beyond_is_refused_and_nothing_of_it_answered():
    seen = view(behind(queries=7))
    seen.scores(PROBE.x[:7])
    with pytest.raises(BudgetSpent, match="budget of 7"):
        seen.scores(PROBE.x[:1])
    assert seen.meter.queries == 7


def test_several_accounts_have_several_budgets():
    assert view(behind(queries=7, accounts=3)).budget.queries == 21


def test_a_smaller_budget_stays_as_it_was():
    assert view(behind(queries=7), Budget(queries=5)).budget == Budget(queries=5)


def test_an_adversary_after_one_example_has_it_all_for_that_one():
    seen = view(behind(queries=7), Budget(queries_per_example=50, queries=500))
    assert seen.budget == Budget(queries_per_example=7, queries=500)
    assert view(behind(queries=7), Budget()).budget == Budget(queries_per_example=7)


def test_who_holds_the_model_asks_nobody():
    inside = Access(capabilities=(Capability.WEIGHTS, Capability.LOGITS))
    for access in (inside, Access(capabilities=(Capability.SCORES,))):
        assert view(behind(queries=7), access=access).budget == Budget(queries=1000)


def test_the_smaller_of_two_limits_counts_and_other_weights_stay_behind_it():
    both = behind(behind(queries=5), queries=9)
    assert both.info.queries == 5
    again = behind(queries=9).retrain(PROBE.x, np.arange(10) % 2, seed=0)
    assert again.info.queries == 9
    assert again.info.defences == ("query_budget",)


def test_it_takes_the_number_the_description_states():
    assert QueryBudget().propose(Profile(model="m"), "quick")["queries"] == USUAL
    assert QueryBudget().propose(Profile(model="m", query_budget=40), "quick")["queries"] == 40


def test_it_says_what_it_takes_for_granted():
    assert "more than 40 answers" in QueryBudget().assumes(QueryBudgetParams(queries=40))
    assert QueryBudget().limit(QueryBudgetParams(queries=40, accounts=3)) == 120
