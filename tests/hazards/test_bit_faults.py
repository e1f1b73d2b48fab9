"""Chance faults in memory: how often they ruin a model, and how many it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.core.access import Budget
from bartizan.core.artifact import Measured
from bartizan.core.data import Data, Roles
from bartizan.core.errors import ModelError
from bartizan.core.profile import Condition, NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.hazards.bit_faults import WEIGHTS, BitFaults, BitFaultsParams
from bartizan.hazards.faults import doubled
from bartizan.hazards.odd_exit import OddExit
from bartizan.hazards.referee import HazardReferee
from bartizan.numerics.faults import Memory
from bartizan.numerics.linear import LinearTarget, ridge_classifier

torch = pytest.importorskip("torch")


def clouds() -> Roles:
    rng = np.random.default_rng(2)
    y = rng.integers(3, size=200)
    x = np.clip(0.3 + 0.4 * np.eye(3)[y].repeat(4, axis=1) + 0.08 * rng.standard_normal((200, 12)), 0, 1)
    return Roles(probe=Data.of(x.astype(np.float32), y))


def reader() -> LinearTarget:
    probe = clouds().probe
    return LinearTarget(*ridge_classifier(probe.x, probe.y, 3, 1e-2))


def measured(seed: int = 1, **params: Any) -> Measured:
    chosen = BitFaultsParams.model_validate({"patterns": 60, "sequences": 6, "most": 64, **params})
    roles, target = clouds(), reader()
    artifact = BitFaults().run(grant(target, WEIGHTS, Budget(), roles), params=chosen, seed=seed)
    return HazardReferee().measure(target, roles, artifact, params=chosen, seed=seed)


def value(m: Measured, estimand: str, **at: Any) -> float:
    return next(
        r.value for r in m.measurements if r.estimand == estimand and all(r.at.get(k) == v for k, v in at.items())
    )


def test_more_faults_do_more_and_floats_stand_less_than_eight_bits() -> None:
    one, many = (value(measured(bits=b), "fault_failure") for b in (1, 16))
    assert one < 0.3 < many
    assert value(measured(bits=4, representation="int8"), "fault_failure") < value(measured(bits=4), "fault_failure")


def test_the_failures_are_counted_over_patterns_exactly() -> None:
    row = next(r for r in measured(bits=2).measurements if r.estimand == "fault_failure")
    assert (row.n, row.unit, row.at["bits"]) == (60, "pattern of faults", 2)
    assert row.low < row.value < row.high


def test_bits_to_failure_are_the_median_of_the_sequences() -> None:
    m = measured()
    assert m.arrays["reached"].all()
    assert (m.tries_unit, m.size_unit) == ("bits", "bits")
    assert value(m, "bits_to_failure") == np.sort(m.arrays["tries"])[2]
    drops, counts = m.arrays["fault_drop"], m.arrays["fault_bits"].tolist()
    assert all(drops[s][counts.index(n)] >= 0.05 for s, n in enumerate(m.arrays["tries"]))


def test_a_model_that_stands_all_that_is_tried_has_no_median() -> None:
    m = measured(most=1, goal_drop=1.0)
    assert not m.arrays["reached"].any()
    assert np.isinf(m.arrays["size"]).all()
    assert "bits_to_failure" not in {r.estimand for r in m.measurements}


def test_the_same_seed_draws_the_same_faults() -> None:
    assert measured(seed=4).measurements == measured(seed=4).measurements
    assert not np.array_equal(measured(seed=4).arrays["fault_drop"], measured(seed=5).arrays["fault_drop"])


def test_counts_double_up_to_the_most() -> None:
    assert doubled(1) == [1]
    assert doubled(10) == [1, 2, 4, 8, 10]


def profile(**more: Any) -> Profile:
    return Profile(**({"model": "m", "bounds": (0, 1), "classes": 3, "differentiable": True} | more))


def test_one_fault_is_assumed_where_the_domain_states_none() -> None:
    (quick,) = BitFaults().propose(profile(), "quick")
    assert (quick.params["bits"], quick.params["assumed"], quick.params["patterns"]) == (1, True, 100)
    assert [p.params["representation"] for p in BitFaults().propose(profile(), "standard")] == ["float32", "int8"]


def test_the_domain_states_how_many_faults_come_at_once() -> None:
    stated = Condition(name="memory", kind="bit_faults", low=0, high=4, unit="bits")
    (quick,) = BitFaults().propose(profile(conditions=(stated,)), "quick")
    assert (quick.params["condition"], quick.params["bits"], quick.params["assumed"]) == ("memory", 4, False)
    with pytest.raises(NotApplicable, match="no condition"):
        OddExit().propose(profile(conditions=(stated,)), "quick")


def test_trees_have_no_weights_to_flip() -> None:
    with pytest.raises(NotApplicable):
        BitFaults().propose(profile(differentiable=False), "quick")


class Strict(torch.nn.Module):  # type: ignore[misc, name-defined]
    """As a described model's module: it refuses a batch in which any answer is no number."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Any) -> Any:
        z = self.inner(x)
        if not torch.isfinite(z).all():
            raise ModelError("the model returns NaN for some inputs")
        return z


def test_a_module_that_refuses_what_is_no_number_is_asked_about_the_others() -> None:
    target, probe = reader(), clouds().probe
    memory = Memory(target, probe, "float32")
    right = memory.right(memory.at_random(0, 1))
    memory.net = Strict(memory.net)
    x = probe.x.copy()
    x[3], x[150] = np.nan, np.inf
    memory.probe = Data.of(x, probe.y)
    now = memory.right(memory.at_random(0, 1))
    assert np.flatnonzero(now != right).tolist() == [3, 150]
