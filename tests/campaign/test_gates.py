from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.campaign.gates import describe, evaluate, exit_code
from bartizan.core.artifact import Measurement
from bartizan.core.assessment import GateResult
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Rate
from bartizan.core.system.gates import Gate, MeasureGate, VerdictGate
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Level, Outcome, ThreatClass, Verdict

TPR = MeasureGate(threat_class=ThreatClass.DATA_EXTRACTION, estimand="tpr", at_most=0.1, fpr=0.01)
BALL = MeasureGate(
    threat_class=ThreatClass.EVASION, estimand="robust_accuracy", norm="linf", eps=0.1, at_least=0.75
)  # fmt: skip


def finding(id: str = "f", **changes: Any) -> Finding:
    fields = {
        "id": id, "title": "t", "technique": "E1", "threat_class": ThreatClass.DATA_EXTRACTION, "asset": "m",
        "verdict": Verdict.RESISTED, "reason": "", "tolerance": 0.1, "severity": "high", "confidence": Level.LOW,
        "evidence": ("e",),
    }  # fmt: skip
    return Finding.model_validate({**fields, **changes})


def evidence(id: str = "e", points: list[Measurement] | None = None, **params: Any) -> Evidence:
    trial = Trial(name=id, kind="attack", plugin="p", version=1, subject=Subject(kind="target", id="m"), params=params)
    return Evidence(id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED, measurements=tuple(points or ()))


def tpr(value: float, low: float, high: float, fpr: float = 0.01) -> Measurement:
    return Measurement(
        estimand="tpr", unit="share", n=100, method="m", value=value, low=low, high=high, at={"fpr": fpr}
    )


def outcome(gate: Gate, findings: list[Finding], found: list[Evidence], arrays: dict[str, Any] | None = None) -> str:
    reader = ArrayReader(lambda id: (arrays or {}).get(id, {}))
    return evaluate([gate], tuple(findings), {e.id: e for e in found}, reader)[0].outcome


@pytest.mark.parametrize(
    ("points", "flags", "expected"),
    [
        ([tpr(0.02, 0.01, 0.09)], (), "passed"),
        ([tpr(0.02, 0.01, 0.1)], (), "passed"),
        ([tpr(0.02, 0.01, 0.11)], (), "inconclusive"),
        ([tpr(0.5, 0.11, 0.9)], (), "failed"),
        ([tpr(0.5, 0.1, 0.9)], (), "inconclusive"),
        ([tpr(0.02, 0.01, 0.09)], ("gradient_masking",), "inconclusive"),
        ([tpr(0.5, 0.4, 0.6)], ("gradient_masking",), "failed"),
        ([tpr(0.5, 0.4, 0.6, fpr=0.1)], (), "inconclusive"),
        ([tpr(0.02, 0.01, 0.09), tpr(0.5, 0.4, 0.6)], (), "failed"),
        ([], (), "inconclusive"),
    ],
)
def test_the_whole_interval_must_be_on_the_right_side(
    points: list[Measurement], flags: tuple[str, ...], expected: str
) -> None:
    assert outcome(TPR, [finding(flags=flags)], [evidence(points=points)]) == expected


def test_only_evidence_of_the_findings_counts() -> None:
    other = evidence("other", [tpr(0.9, 0.8, 1.0)])
    assert outcome(TPR, [finding()], [evidence(points=[tpr(0.0, 0.0, 0.05)]), other]) == "passed"
    failed = evidence(points=[tpr(0.9, 0.8, 1.0)]).model_copy(update={"outcome": Outcome.ERROR})
    assert outcome(TPR, [finding()], [failed]) == "inconclusive"


def test_no_findings_of_the_class_is_no_pass() -> None:
    assert outcome(TPR, [], []) == "inconclusive"


@pytest.mark.parametrize(("hits", "expected"), [(0, "passed"), (25, "inconclusive"), (60, "failed")])
def test_a_ball_is_judged_by_the_worst_over_its_attacks(hits: int, expected: str) -> None:
    found = [
        evidence("a", norm="linf", eps=0.1),
        evidence("b", norm="linf", eps=0.1),
        evidence("c", norm="linf", eps=9),
    ]
    one, other = np.zeros(100, np.bool_), np.zeros(100, np.bool_)
    one[: hits // 2], other[hits // 2 : hits] = True, True
    arrays = {"a": {"reached": one}, "b": {"reached": other}, "c": {"reached": np.ones(100, np.bool_)}}
    about = [finding(threat_class="evasion", evidence=("a", "b", "c"))]
    assert outcome(BALL, about, found, arrays) == expected


def test_a_finding_whose_attacks_were_inadequate_is_not_passed() -> None:
    rate = Rate(estimand="tpr", value=0.02, low=0.01, high=0.09, n=100, method="m")
    doubted = finding(verdict=Verdict.INCONCLUSIVE, rate=rate)
    assert outcome(TPR, [doubted], [evidence(points=[tpr(0.02, 0.01, 0.09)])]) == "inconclusive"


def test_a_finding_all_of_whose_trials_failed_is_not_passed_on_the_strength_of_another() -> None:
    failed = evidence("x").model_copy(update={"outcome": Outcome.ERROR})
    lost = finding("g", verdict=Verdict.UNTESTED, evidence=("x",))
    assert outcome(TPR, [finding(), lost], [evidence(points=[tpr(0.02, 0.01, 0.09)]), failed]) == "inconclusive"


def test_a_ball_nobody_attacked_is_not_passed() -> None:
    about = [finding(threat_class="evasion", evidence=("c",))]
    assert outcome(BALL, about, [evidence("c", norm="linf", eps=9)]) == "inconclusive"


@pytest.mark.parametrize(
    ("gate", "changes", "expected"),
    [
        ({}, {"verdict": "exploited"}, "failed"),
        ({}, {"verdict": "resisted"}, "passed"),
        ({"forbid": ["exploited", "untested"]}, {"verdict": "untested"}, "failed"),
        ({"threat_class": "hazard"}, {"verdict": "exploited"}, "passed"),
        ({"finding": "g"}, {"verdict": "exploited"}, "passed"),
        ({"severity": "high"}, {"verdict": "exploited", "severity": "medium"}, "passed"),
        ({"severity": "high"}, {"verdict": "exploited", "severity": "critical"}, "failed"),
        ({}, {"verdict": "exploited", "accepted": "accepted by A until 2999-01-01: why"}, "passed"),
        ({}, {"verdict": "exploited", "accepted": "accepted by A … (expired: no longer counts)"}, "failed"),
    ],
)
def test_forbidden_verdicts(gate: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    made = VerdictGate.model_validate({"forbid": ["exploited"], **gate})
    assert outcome(made, [finding(**changes)], []) == expected


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [([], 0), (["passed"], 0), (["passed", "inconclusive"], 3), (["inconclusive", "failed"], 1)],
)
def test_exit_codes(outcomes: list[str], code: int) -> None:
    assert exit_code(GateResult(gate="g", outcome=o, reason="") for o in outcomes) == code


def test_a_gate_is_said_in_words() -> None:
    assert describe(TPR) == "data_extraction: tpr at a false-positive rate of 0.01 at most 0.1"
    assert describe(BALL) == "evasion: robust_accuracy at linf ε = 0.1 at least 0.75"
    forbid = VerdictGate(forbid=(Verdict.EXPLOITED,), threat_class=ThreatClass.HAZARD, severity=Level.HIGH)
    assert describe(forbid) == "no hazard findings of at least high severity may be exploited"
