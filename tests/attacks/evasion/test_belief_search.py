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


@pytest.mark.parametrize("access", [SCORES, LABELS])
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_never_falls_below_the_closed_form_and_mostly_falls_above(norm: str, access: Capability) -> None:
    target, data = linear_case(4)
    exact = least_change(target, data, norm)
    eps = float(np.median(exact))
    found, _ = attack(BeliefSearch, target, data, access, norm=norm, eps=eps, queries=150)
    assert not found.arrays["won"][exact > eps * (1 + 1e-5)].any()
    assert found.arrays["won"][exact < eps * 0.8].mean() >= 0.9
    size = referee(target, data, found, plugin=BeliefSearch, norm=norm, eps=eps).arrays["size"]
    assert (size >= exact * (1 - 1e-4)).all()


@pytest.mark.parametrize("access", [SCORES, LABELS])
@pytest.mark.parametrize("queries", [1, 2, 9])
def test_spends_all_it_may_and_no_more(queries: int, access: Capability, reading: Net, few: Data) -> None:
    found, view = attack(BeliefSearch, reading, few, access, budget=Budget(queries_per_example=queries), eps=1e-3)
    held = ~found.arrays["won"]
    assert (view.meter.per_example[held] == queries).all()
    assert (found.arrays["tries"][held] == queries).all()
    assert view.meter.per_example.max() == queries
    _, view = attack(BeliefSearch, reading, few, access, budget=Budget(queries=queries * 15))
    assert view.meter.queries <= queries * 15


def test_an_example_misread_as_it_is_costs_one_query(reading: Net, few: Data) -> None:
    wrong = Data.of(few.x, (reading.labels(few.x) + 1) % 10)
    _, view = attack(BeliefSearch, reading, wrong, SCORES)
    assert (view.meter.per_example == 1).all()


def test_rounded_scores_still_lead_there() -> None:
    target, data = linear_case(4)
    exact = least_change(target, data, "linf")
    access = Access(capabilities=(SCORES,), output=Output(kind="rounded", decimals=2))
    found, _ = attack(BeliefSearch, target, data, SCORES, access=access, eps=2 * float(np.median(exact)))
    assert found.arrays["won"][exact < np.median(exact)].mean() >= 0.9


def test_answers_that_are_not_finite_are_no_success(few: Data, reading: Net) -> None:
    sick = Net(reading.module, change=lambda z: z * torch.where(z[:, :1] > z[:, 1:2], float("nan"), 1.0))
    found, _ = attack(BeliefSearch, sick, few, SCORES, queries=10)
    said = sick.scores(found.arrays["changed"])
    assert np.isfinite(said[found.arrays["won"]]).all()


def test_the_seed_decides_every_bit(reading: Net, few: Data) -> None:
    one, two, other = (attack(BeliefSearch, reading, few, SCORES, seed=s, queries=30)[0] for s in (1, 1, 2))
    assert all(one.arrays[n].tobytes() == two.arrays[n].tobytes() for n in one.arrays)
    assert one.arrays["changed"].tobytes() != other.arrays["changed"].tobytes()


def test_a_verdict_does_not_depend_on_how_the_company_fares() -> None:
    target, data = linear_case(4)
    eps = float(np.median(least_change(target, data, "linf")))
    y = data.y.copy()
    half = np.arange(0, len(y), 2)
    y[half + 1] = (y[half + 1] + 1) % 4
    one, other = (
        attack(BeliefSearch, target, Data.of(data.x, labels), SCORES, eps=eps, queries=60)[0].arrays
        for labels in (data.y, y)
    )
    for name in ("won", "tries", "changed"):
        assert np.array_equal(one[name][half], other[name][half])


def test_proposes_little_at_first_and_nothing_by_labels_alone() -> None:
    quick, sparse = BeliefSearch().propose(PROFILE, "quick")
    assert sparse.params["norm"] == "l1"
    assert (quick.params["norm"], quick.params["queries"], quick.examples) == ("linf", QUERIES["quick"], 60)
    by_labels = PROFILE.model_copy(update={"access": Access(capabilities=(LABELS,)), "queries": 200})
    with pytest.raises(NotApplicable, match="by labels alone"):
        BeliefSearch().propose(by_labels, "quick")
    standard = BeliefSearch().propose(by_labels, "standard")
    assert {p.queries_per_example for p in standard} == {200}
    assert {p.params["norm"] for p in standard} == {"linf", "l1"}


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
