from __future__ import annotations

from typing import Any

import pytest

from bartizan.campaign.tolerance import Tolerance, at_fpr, bounded_harm, speaks_of, tolerance
from bartizan.core.system import System
from bartizan.core.system.gates import MeasureGate
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Level, Objective, ThreatClass
from bartizan.knowledge.load import load


def gate(**changes: Any) -> dict[str, Any]:
    return {"threat_class": "evasion", "estimand": "robust_accuracy", "at_least": 0.75, **changes}


def system(*gates: dict[str, Any]) -> System:
    assets = {"models": [{"id": "m"}]}
    return System.model_validate(
        {"name": "n", "purpose": "p", "stage": "deployment", "assets": assets, "gates": list(gates)}
    )


def vulnerability(impact: Level = Level.HIGH, threat_class: ThreatClass = ThreatClass.EVASION) -> Vulnerability:
    return Vulnerability(
        id="E1@m", technique="E1", title="t", threat_class=threat_class, asset="m", sources=(),
        source_kind="adversary", exposures=(), exposure=Level.HIGH, maturity="", objective=Objective.INTEGRITY,
        likelihood=Level.HIGH, impact=impact,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("robust_error", 0.25)),
        ({"estimand": "survival_probability"}, ("failure_probability", 0.25)),
        ({"estimand": "tpr", "at_least": None, "at_most": 0.05}, ("tpr", 0.05)),
        ({"estimand": "robust_error", "at_least": None, "at_most": 0.1}, ("robust_error", 0.1)),
        ({"estimand": "fidelity"}, None),
    ],
)
def test_a_gate_bounds_a_harm_from_above(changes: dict[str, Any], expected: object) -> None:
    assert bounded_harm(MeasureGate.model_validate(gate(**changes))) == expected


@pytest.mark.parametrize(
    ("changes", "speaks"),
    [
        ({}, True),
        ({"finding": "E1@m"}, True),
        ({"finding": "E2@m"}, False),
        ({"threat_class": "hazard"}, False),
    ],
)
def test_a_gate_speaks_of_its_class_or_its_one_finding(changes: dict[str, Any], speaks: bool) -> None:
    assert speaks_of(MeasureGate.model_validate(gate(**changes)), "E1@m", "evasion") is speaks


def test_the_first_gate_that_speaks_of_the_harm_in_a_ball_that_was_attacked_decides() -> None:
    balls = [gate(norm="l2", eps=1.0), gate(norm="linf", eps=0.1)]
    described = system(gate(estimand="clean_error", at_least=None, at_most=0.3), *balls, gate())
    found = tolerance(described, load(), vulnerability(), "robust_error", [("linf", 0.1)])
    assert (found.rate, found.source, found.number, found.ball) == (0.25, "gate 3", 3, ("linf", 0.1))
    found = tolerance(described, load(), vulnerability(), "robust_error", [("l2", 9.0)])
    assert (found.number, found.ball) == (4, None)


def test_a_gate_whose_ball_nobody_attacked_lends_its_bound_to_no_other() -> None:
    found = tolerance(system(gate(norm="linf", eps=0.1)), load(), vulnerability(), "robust_error", [("l2", 1.0)])
    assert (found.rate, found.number) == (0.05, None)
    assert found.source.startswith("impact high")
    assert "nothing was measured in the ball of gate 1, linf ε = 0.1" in found.source


def test_without_a_gate_impact_decides_and_says_so() -> None:
    rates = []
    for impact in (Level.LOW, Level.MEDIUM, Level.HIGH):
        found = tolerance(system(), load(), vulnerability(impact), "robust_error")
        assert f"impact {impact}" in found.source
        rates.append(found.rate)
    assert sorted(rates, reverse=True) == rates
    unknown = tolerance(system(), load(), vulnerability(Level.UNKNOWN), "robust_error")
    assert unknown.rate == rates[-1]


def test_a_gate_on_a_harm_nobody_measured_decides_nothing() -> None:
    assert tolerance(system(gate()), load(), vulnerability(), "tpr").source.startswith("impact")


@pytest.mark.parametrize(
    ("asked", "measured", "rate"), [(None, 0.01, 0.05), (None, None, 0.05), (None, 0.1, 0.14), (0.001, 0.01, 0.059)]
)
def test_guessing_is_no_leak_at_whatever_false_positive_rate_the_data_allow(
    asked: float | None, measured: float | None, rate: float
) -> None:
    moved = at_fpr(Tolerance(0.05, "a gate", fpr=asked), measured)
    assert moved.rate == pytest.approx(rate)
    assert ("moved" in moved.source) is (measured is not None and rate != 0.05)
