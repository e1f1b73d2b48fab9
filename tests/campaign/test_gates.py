from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.gates import describe, evaluate, exit_code
from bartizan.core.artifact import Flag, Measurement
from bartizan.core.assessment import GateResult
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
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


def evidence(
    id: str = "e", points: list[Measurement] | None = None, flags: tuple[str, ...] = (), plugin: str = "", **params: Any
) -> Evidence:
    """Of an attack that speaks of the gate's harm: an evader where there is a ball, else a membership inference."""
    plugin = plugin or ("evader" if "norm" in params else "loss_threshold")
    trial = Trial(
        name=id, kind="attack", plugin=plugin, version=1, subject=Subject(kind="target", id="m"), params=params
    )
    return Evidence(
        id=id, artifact=id, trial=trial, outcome=Outcome.MEASURED, measurements=tuple(points or ()),
        flags=tuple(Flag(id=f, detail="") for f in flags),
    )  # fmt: skip


def control(plugin: str, passed: float = 1.0) -> Evidence:
    m = Measurement(estimand="control_passed", unit="share", n=1, method="m", value=passed, low=passed, high=passed)
    trial = Trial(
        name=f"control:{plugin}", kind="attack", plugin=plugin, version=1, subject=Subject(kind="control", id=plugin)
    )
    return Evidence(id=trial.name, artifact="c", trial=trial, outcome=Outcome.MEASURED, measurements=(m,))


CONTROLS = [control(p) for p in ("evader", "loss_threshold", "noise", "blur")]


@pytest.fixture(autouse=True)
def _plugins(stand_ins: Path) -> None:
    """A gate asks each attack's spec what its harm is."""


def tpr(value: float, low: float, high: float, fpr: float = 0.01) -> Measurement:
    return Measurement(
        estimand="tpr", unit="share", n=100, method="m", value=value, low=low, high=high, at={"fpr": fpr}
    )


def result(
    gate: Gate,
    findings: list[Finding],
    found: list[Evidence],
    arrays: dict[str, Any] | None = None,
    controls: list[Evidence] = CONTROLS,
) -> GateResult:
    reader = ArrayReader(lambda id: (arrays or {}).get(id, {}))
    return evaluate([gate], tuple(findings), {e.trial.name: e for e in (*found, *controls)}, reader)[0]


def outcome(*given: Any, **more: Any) -> str:
    return result(*given, **more).outcome


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
    assert outcome(TPR, [finding(flags=flags)], [evidence(points=points, flags=flags)]) == expected


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
    calm = [evidence(points=[tpr(0.02, 0.01, 0.09)])]
    assert outcome(TPR, [finding()], calm) == "passed"
    assert outcome(TPR, [finding()], calm, controls=[control("loss_threshold", 0.0)]) == "inconclusive"


def test_without_a_rate_the_gate_reads_what_the_finding_reads() -> None:
    gate = MeasureGate(threat_class=ThreatClass.DATA_EXTRACTION, estimand="tpr", at_most=0.1)
    curve = [tpr(0.02, 0.01, 0.04), tpr(0.3, 0.2, 0.4, fpr=0.1)]
    assert outcome(gate, [finding()], [evidence(points=curve)]) == "passed"
    moved = result(gate, [finding()], [evidence(points=curve[1:])])
    assert (moved.outcome, "at most 0.19 there" in moved.reason) == ("failed", True)


THREE = {
    name: {"reached": (np.arange(100) >= 15 * i) & (np.arange(100) < 15 * (i + 1))} for i, name in enumerate("abc")
}


@pytest.mark.parametrize("ball", [{}, {"norm": "linf", "eps": 0.1}])
def test_a_gate_without_a_ball_puts_the_attacks_together_too(ball: dict[str, Any]) -> None:
    """Three attacks break fifteen other examples each: 45 of 100 fall, and not the 15 of the worst."""
    gate = MeasureGate.model_validate(
        {"threat_class": "evasion", "estimand": "robust_accuracy", "at_least": 0.75, **ball}
    )
    found = [evidence(name, norm="linf", eps=0.1) for name in "abc"]
    about = finding(threat_class="evasion", evidence=tuple("abc"))
    said = result(gate, [about], found, THREE)
    assert (said.outcome, "0.45" in said.reason) == ("failed", True)


def test_a_gate_without_a_ball_needs_every_ball() -> None:
    gate = MeasureGate(threat_class=ThreatClass.EVASION, estimand="robust_accuracy", at_least=0.75)
    found = [evidence("a", norm="linf", eps=0.1), evidence("b", norm="l2", eps=1.0)]
    about = [finding(threat_class="evasion", evidence=("a", "b"))]
    calm, broken = np.zeros(100, np.bool_), np.arange(100) < 60
    assert outcome(gate, about, found, {"a": {"reached": calm}, "b": {"reached": calm}}) == "passed"
    assert outcome(gate, about, found, {"a": {"reached": calm}, "b": {"reached": broken}}) == "failed"
    doubted = [found[0], evidence("b", flags=("flat_scores",), norm="l2", eps=1.0)]
    assert outcome(gate, about, doubted, {"a": {"reached": calm}, "b": {"reached": calm}}) == "inconclusive"


def test_another_ball_met_by_flagged_noise_alone_is_not_passed() -> None:
    """The finding was judged in its first ball, by sound attacks; that lends nothing to the second."""
    gate = MeasureGate(
        threat_class=ThreatClass.EVASION, estimand="robust_accuracy", norm="l2", eps=1.0, at_least=0.75
    )  # fmt: skip
    first = evidence("a", norm="linf", eps=0.1)
    noise = evidence("n", flags=("doubt",), plugin="noise", norm="l2", eps=1.0)
    calm = {name: {"reached": np.zeros(100, np.bool_)} for name in "an"}
    said = result(gate, [finding(threat_class="evasion", evidence=("a", "n"))], [first, noise], calm)
    assert said.outcome == "inconclusive"
    assert "baseline" in said.reason


def test_a_condition_that_was_lost_or_doubted_lets_no_hazard_pass() -> None:
    gate = MeasureGate(threat_class=ThreatClass.HAZARD, estimand="failure_probability", at_most=0.06)
    rate = Measurement(
        estimand="failure_probability", unit="example", n=800, method="m", value=0.01, low=0.0, high=0.02
    )  # fmt: skip

    def swept(id: str, **changes: Any) -> Evidence:
        e = evidence(id, [rate], plugin="blur", condition=id)
        return e.model_copy(update={"trial": e.trial.model_copy(update={"kind": "hazard"}), **changes})

    about = [finding(threat_class="hazard", evidence=("fog", "rain"))]
    assert outcome(gate, about, [swept("fog"), swept("rain")]) == "passed"
    lost = swept("rain", outcome=Outcome.ERROR, measurements=(), reason="killed")
    said = result(gate, about, [swept("fog"), lost])
    assert (said.outcome, said.reason) == ("inconclusive", "f: rain: not measured (killed)")
    assert outcome(gate, about, [swept("fog"), swept("rain", flags=(Flag(id="x", detail=""),))]) == "inconclusive"


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
        ({"threat_class": "hazard"}, {"verdict": "exploited"}, "inconclusive"),
        ({"finding": "g"}, {"verdict": "exploited"}, "inconclusive"),
        ({"severity": "high"}, {"verdict": "exploited", "severity": "medium"}, "passed"),
        ({"severity": "high"}, {"verdict": "exploited", "severity": "critical"}, "failed"),
        ({}, {"verdict": "exploited", "accepted": "accepted by A until 2999-01-01: why"}, "passed"),
        ({}, {"verdict": "exploited", "accepted": "accepted by A … (expired: no longer counts)"}, "failed"),
        ({}, {"verdict": "untested"}, "inconclusive"),
        ({}, {"verdict": "inconclusive"}, "inconclusive"),
        ({"severity": "high"}, {"verdict": "untested", "severity": "low"}, "passed"),
        ({}, {"verdict": "untested", "accepted": "accepted by A until 2999-01-01: why"}, "passed"),
    ],
)
def test_forbidden_verdicts(gate: dict[str, Any], changes: dict[str, Any], expected: str) -> None:
    made = VerdictGate.model_validate({"forbid": ["exploited"], **gate})
    assert outcome(made, [finding(**changes)], []) == expected


def test_nothing_tested_is_no_pass_and_the_reason_counts() -> None:
    gate = VerdictGate(forbid=(Verdict.EXPLOITED,))
    assert outcome(gate, [], []) == "inconclusive"
    verdicts = ("untested", "untested", "inconclusive", "resisted")
    said = result(gate, [finding(str(i), verdict=v) for i, v in enumerate(verdicts)], [])
    assert said.reason == "none of 4 findings is forbidden, but 1 inconclusive, 2 untested"
    assert exit_code([said]) == 3


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
