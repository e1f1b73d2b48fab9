"""Square Attack as a plugin: what it reaches with scores alone, within its budget."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.square import Square
from bartizan.core.access import Access, Budget, Output
from bartizan.core.data import Data
from bartizan.core.vocabulary import Capability

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
SCORES = Capability.SCORES


def test_reaches_a_fifth_of_the_digits_and_much_more_than_noise_within_its_budget(reading: Net, digits: Data) -> None:
    budget = Budget(queries_per_example=310)
    found, view = attack(Square, reading, digits, SCORES, budget=budget)
    measured = referee(reading, digits, found)
    assert value(measured, "robust_error") >= 0.2
    assert value(measured, "clean_error") <= 0.1
    assert not flags(measured)
    assert view.meter.per_example.max() <= 310
    assert found.arrays["tries"].max() <= 300
    assert (found.arrays["tries"][~found.arrays["won"]] == 300).all()
    assert (found.arrays["tries"] <= view.meter.per_example).all()


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("classes", [2, 4])
def test_never_falls_below_the_closed_form_and_mostly_falls_above(norm: str, classes: int) -> None:
    target, data = linear_case(classes)
    exact = least_change(target, data, norm)
    eps = float(np.median(exact))
    found, _ = attack(Square, target, data, SCORES, norm=norm, eps=eps)
    assert not found.arrays["won"][exact > eps * (1 + 1e-5)].any()
    assert found.arrays["won"][exact < eps / 2].mean() >= 0.75
    size = referee(target, data, found, norm=norm, eps=eps).arrays["size"]
    assert (size >= exact * (1 - 1e-4)).all()


@pytest.mark.parametrize("queries", [1, 2, 9])
def test_spends_no_more_than_it_may(queries: int, reading: Net, few: Data) -> None:
    found, view = attack(Square, reading, few, SCORES, budget=Budget(queries_per_example=queries))
    assert view.meter.per_example.max() == queries
    assert found.arrays["tries"].max() <= queries
    _, view = attack(Square, reading, few, SCORES, budget=Budget(queries=queries * 15))
    assert view.meter.queries <= queries * 15


def test_an_example_misread_as_it_is_costs_one_query(reading: Net, few: Data) -> None:
    wrong = Data.of(few.x, (reading.labels(few.x) + 1) % 10)
    _, view = attack(Square, reading, wrong, SCORES)
    assert (view.meter.per_example == 1).all()


def test_the_seed_decides_every_bit(reading: Net, few: Data) -> None:
    one, two, other = (attack(Square, reading, few, SCORES, seed=s, queries=60)[0] for s in (1, 1, 2))
    assert all(one.arrays[n].tobytes() == two.arrays[n].tobytes() for n in one.arrays)
    assert one.arrays["changed"].tobytes() != other.arrays["changed"].tobytes()


def test_a_verdict_does_not_depend_on_how_the_company_fares() -> None:
    target, data = linear_case(4)
    eps = float(np.median(least_change(target, data, "linf")))
    y = data.y.copy()
    half = np.arange(0, len(y), 2)
    y[half + 1] = (y[half + 1] + 1) % 4
    one, other = (
        attack(Square, target, Data.of(data.x, labels), SCORES, eps=eps, wider=0)[0].arrays for labels in (data.y, y)
    )
    assert np.array_equal(one["won"][half], other["won"][half])
    assert np.array_equal(one["tries"][half], other["tries"][half])
    assert np.array_equal(one["changed"][half], other["changed"][half])


def test_scores_that_never_move_raise_a_flag(reading: Net, few: Data) -> None:
    label = Access(capabilities=(SCORES,), output=Output(kind="label"))
    found, _ = attack(Square, reading, few, SCORES, access=label, queries=30, wider=0)
    assert "flat_scores" in flags(referee(reading, few, found))
    found, _ = attack(Square, reading, few, SCORES, queries=30, wider=0)
    assert "flat_scores" not in flags(referee(reading, few, found))


@pytest.mark.parametrize("factor", [1000.0, 1e9])
def test_overconfident_scores_do_the_same_or_raise_a_flag(factor: float, reading: Net, few: Data) -> None:
    """log p is cut off where float32 ends, and with it the guidance."""
    scaled = Net(reading.module, change=lambda z: z * factor)
    one, other = (attack(Square, t, few, SCORES, queries=200, wider=0)[0] for t in (reading, scaled))
    same = abs(int(one.arrays["won"].sum()) - int(other.arrays["won"].sum())) <= 2
    assert same or "flat_scores" in flags(referee(scaled, few, other))


def test_wider_balls_give_a_size_to_nearly_all(reading: Net, few: Data) -> None:
    found, _ = attack(Square, reading, few, SCORES, eps=0.05, queries=30)
    size = referee(reading, few, found, eps=0.05).arrays["size"]
    assert np.isfinite(size).mean() >= 0.95
    assert (size > 0.05).any()
