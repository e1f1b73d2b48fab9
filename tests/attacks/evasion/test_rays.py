"""RayS as a plugin: what it reaches with labels alone, within its budget."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.rays import Rays
from bartizan.core.access import Budget
from bartizan.core.data import Data
from bartizan.core.vocabulary import Capability

from .conftest import Net, attack, flags, least_change, linear_case, referee, value

torch = pytest.importorskip("torch")
LABELS = Capability.LABELS


def test_reaches_a_sixth_of_the_digits_within_its_budget(reading: Net, digits: Data) -> None:
    found, view = attack(Rays, reading, digits, LABELS, budget=Budget(queries_per_example=406))
    measured = referee(reading, digits, found)
    assert value(measured, "robust_error") >= 1 / 6
    assert not flags(measured)
    assert np.isfinite(measured.arrays["size"]).all()
    assert np.median(measured.arrays["size"]) <= 0.25
    assert view.meter.per_example.max() <= 406
    assert found.arrays["tries"].max() <= 400
    assert (found.arrays["tries"] <= view.meter.per_example).all()


@pytest.mark.parametrize("classes", [2, 4])
def test_comes_near_the_closed_form_and_never_below(classes: int) -> None:
    target, data = linear_case(classes)
    exact = least_change(target, data, "linf")
    found, _ = attack(Rays, target, data, LABELS, eps=1e-4, queries=600)
    size = referee(target, data, found, eps=1e-4).arrays["size"]
    assert (size >= exact * (1 - 1e-4)).all()
    clear = exact > 0.005
    assert np.median(size[clear] / exact[clear]) <= 1.15
    assert not found.arrays["won"][exact > 1e-4].any()


@pytest.mark.parametrize("queries", [1, 2, 9])
def test_spends_no_more_than_it_may(queries: int, reading: Net, few: Data) -> None:
    found, view = attack(Rays, reading, few, LABELS, budget=Budget(queries_per_example=queries))
    assert view.meter.per_example.max() == queries
    assert found.arrays["tries"].max() <= queries
    _, view = attack(Rays, reading, few, LABELS, budget=Budget(queries=queries * 15))
    assert view.meter.queries <= queries * 15


def test_looking_on_after_success_finds_smaller_changes(reading: Net, few: Data) -> None:
    some = few.take(np.arange(10))
    first, on = (attack(Rays, reading, some, LABELS, eps=0.3, queries=150, on=o)[0] for o in (False, True))
    a, b = (referee(reading, some, f, eps=0.3).arrays["size"] for f in (first, on))
    assert np.mean(b <= a + 1e-6) >= 0.9
    assert np.median(b) < np.median(a)
    assert np.array_equal(first.arrays["tries"][first.arrays["won"]], on.arrays["tries"][first.arrays["won"]])


def test_an_example_fares_alone_exactly_as_in_company() -> None:
    target, data = linear_case(4, n=20)
    together, _ = attack(Rays, target, data, LABELS, eps=0.02, queries=100)
    for i in range(len(data)):
        alone, _ = attack(Rays, target, data.take(np.array([i])), LABELS, eps=0.02, queries=100)
        assert all(np.array_equal(alone.arrays[n][0], together.arrays[n][i]) for n in alone.arrays), i


def test_the_scale_of_the_logits_is_not_even_seen(reading: Net, few: Data) -> None:
    scaled = Net(reading.module, change=lambda z: z * 1000)
    one, other = (attack(Rays, t, few, LABELS, queries=60)[0] for t in (reading, scaled))
    assert np.array_equal(one.arrays["won"], other.arrays["won"])


def test_works_where_gradients_are_hidden(reading: Net, few: Data) -> None:
    """Labels survive what hides gradients: scores in steps of a tenth."""
    stepped = Net(reading.module, change=lambda z: (z * 10).round() / 10)
    one, other = (attack(Rays, t, few, LABELS, queries=250)[0].arrays["won"] for t in (reading, stepped))
    assert other.sum() >= 0.8 * one.sum() > 0
