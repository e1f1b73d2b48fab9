"""The slot machine as an attack: metered, within its budget, and judged by the referee like any other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion.apgd import Apgd
from bartizan.attacks.evasion.short_runs import ShortRuns
from bartizan.core.access import Access, Budget
from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.vocabulary import Capability

from .conftest import Net, attack, flags, referee, value

torch = pytest.importorskip("torch")
LOGITS = Capability.LOGITS


def test_finds_what_apgd_finds_for_fewer_passes(reading: Net, few: Data) -> None:
    short, view = attack(ShortRuns, reading, few, LOGITS)
    long, other = attack(Apgd, reading, few, LOGITS, size_steps=0)
    measured = referee(reading, few, short, plugin=ShortRuns)
    assert value(measured, "robust_error") >= value(referee(reading, few, long), "robust_error") - 0.02
    assert view.meter.backwards < other.meter.backwards
    assert not flags(measured)
    assert measured.arrays["tries"].max() <= view.meter.per_example.max()


@pytest.mark.parametrize(("norm", "eps"), [("l2", 1.5), ("l1", 8.0), ("l0", 12.0)])
def test_other_norms(norm: str, eps: float, reading: Net, few: Data) -> None:
    found, _ = attack(ShortRuns, reading, few, LOGITS, norm=norm, eps=eps)
    measured = referee(reading, few, found, plugin=ShortRuns, norm=norm, eps=eps)
    assert value(measured, "robust_error") > 0.2
    assert not flags(measured)


@pytest.mark.parametrize(("norm", "eps"), [("linf", 0.1), ("l0", 12.0)])
@pytest.mark.parametrize(
    "budget", [Budget(queries_per_example=5), Budget(queries_per_example=15), Budget(queries=100), Budget(queries=3)]
)
def test_no_budget_is_overspent(budget: Budget, norm: str, eps: float, reading: Net, few: Data) -> None:
    found, view = attack(ShortRuns, reading, few, LOGITS, budget=budget, norm=norm, eps=eps)
    assert view.meter.queries <= (budget.queries or (budget.queries_per_example or 0) * len(few))
    assert view.meter.per_example.max(initial=0) <= (budget.queries_per_example or 100)
    assert np.isfinite(found.arrays["changed"]).all()


def test_passes_through_weights_are_no_queries(reading: Net, few: Data) -> None:
    found, view = attack(ShortRuns, reading, few, LOGITS, access=Access(capabilities=(Capability.WEIGHTS,)))
    assert view.meter.queries == 0
    assert found.arrays["won"].any()


def test_a_model_without_gradients_is_called_out(reading: Net, few: Data) -> None:
    def rounded(z: Any) -> Any:
        return (z * 2).round() / 2 + 0 * z

    stepped = Net(reading.module, change=rounded)
    found, _ = attack(ShortRuns, stepped, few, LOGITS)
    assert "zero_gradients" in flags(referee(stepped, few, found, plugin=ShortRuns))


def test_values_are_counted_where_a_gate_counts_them(reading: Net, few: Data) -> None:
    profile = Profile(model="m", bounds=(0.0, 1.0), norms=(("l0", 12.0),), differentiable=True)
    (proposal,) = ShortRuns().propose(profile, "quick")
    assert (proposal.params["norm"], proposal.params["eps"]) == ("l0", 12.0)
    found, view = attack(ShortRuns, reading, few, LOGITS, norm="l0", eps=12.0)
    changed = (found.arrays["changed"] != few.x).reshape(len(few), -1).sum(1)
    assert changed.max() <= 12
    assert (changed[found.arrays["won"]] > 0).any()
    assert view.meter.per_example.max() <= 40
    assert referee(reading, few, found, plugin=ShortRuns, norm="l0", eps=12.0).size_unit == "changed values"
    with pytest.raises(NotApplicable):
        Apgd().propose(profile, "quick")


def test_gradients_that_vanish_are_called_out_in_l0_as_well(reading: Net, few: Data) -> None:
    stepped = Net(reading.module, change=lambda z: (z * 2).round() / 2 + 0 * z)
    found, _ = attack(ShortRuns, stepped, few, LOGITS, norm="l0", eps=4.0)
    assert "zero_gradients" in flags(referee(stepped, few, found, plugin=ShortRuns, norm="l0", eps=4.0))
