"""The search guided by a belief as a plugin: what it reaches by scores and by labels, within its budget."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.belief_search import QUERIES, BeliefSearch
from bartizan.attacks.evasion.square import Square
from bartizan.core.access import Access, Budget, Output
from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.vocabulary import Capability
from bartizan.testing import check_attack

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
SCORES, LABELS = Capability.SCORES, Capability.LABELS
PROFILE = Profile(model="m", bounds=(0.0, 1.0), norms=(("linf", 0.1), ("l1", 1.0)))


def test_contract() -> None:
    check_attack(BeliefSearch)


def test_turns_more_digits_than_squares_do_for_as_many_queries(reading: Net, few: Data) -> None:
    budget = Budget(queries_per_example=90)
    found, view = attack(BeliefSearch, reading, few, SCORES, budget=budget, queries=80)
    squares, _ = attack(Square, reading, few, SCORES, budget=budget, queries=80, wider=0)
    assert found.arrays["won"].sum() > squares.arrays["won"].sum()
    measured = referee(reading, few, found, plugin=BeliefSearch)
    assert value(measured, "robust_error") == found.arrays["won"].mean()
    assert value(measured, "survives_8bit") >= 0.7
    assert not flags(measured)
    assert view.meter.per_example.max() <= 90
    assert (found.arrays["tries"][~found.arrays["won"]] == 80).all()
    assert (found.arrays["tries"] <= view.meter.per_example).all()


@pytest.mark.parametrize(
    ("access", "norm", "eps", "queries"),
    [(SCORES, "l1", 15.0, 40), (SCORES, "l0", 20.0, 40), (LABELS, "l1", 30.0, 400), (LABELS, "l0", 20.0, 400)],
)
def test_few_values_turn_digits(
    access: Capability, norm: str, eps: float, queries: int, reading: Net, few: Data
) -> None:
    found, _ = attack(BeliefSearch, reading, few, access, norm=norm, eps=eps, queries=queries)
    measured = referee(reading, few, found, plugin=BeliefSearch, norm=norm, eps=eps)
    assert value(measured, "robust_error") >= 0.4
    assert not flags(measured)
