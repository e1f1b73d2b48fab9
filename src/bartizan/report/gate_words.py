"""Gates in the words of a person: what must hold, and what was measured, on the side that the gate states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bartizan.core.assessment import Assessment, GateResult
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.report import wording
from bartizan.report.numbers import percent, quantity

NUMBER = re.compile(r"^gate (\d+): ")


@dataclass(frozen=True)
class Gate:
    """One gate as it is shown."""

    number: int
    text: str
    outcome: str
    because: str
    findings: tuple[str, ...]


def gates(assessment: Assessment) -> list[Gate]:
    """Every gate of the assessment, in the order of the description."""
    described = assessment.system.get("gates") or ()
    return [_gate(n, g, _described(described, n), assessment) for n, g in enumerate(assessment.gates, 1)]


def _described(gates: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return gates[number - 1] if number <= len(gates) else {}


def _gate(number: int, result: GateResult, described: Mapping[str, Any], assessment: Assessment) -> Gate:
    text = _must(described) if "estimand" in described else wording.in_words(NUMBER.sub("", result.gate))
    because = _measured(number, result, described, assessment) or wording.in_words(result.reason)
    return Gate(number, wording.capital(text), result.outcome, wording.capital(because), result.findings)


def _must(gate: Mapping[str, Any]) -> str:
    """`Evasion: accuracy under attack (L∞ ≤ 0.1) must be at least 75 %`."""
    where = f"{wording.unit(str(gate['norm']))} ≤ {quantity(gate['eps'])}" if gate.get("norm") else ""
    where = f"at {percent(gate['fpr'])} false positives" if gate.get("fpr") else where
    least = gate.get("at_least")
    bound = f"at least {percent(least)}" if least is not None else f"at most {percent(gate['at_most'])}"
    about = gate.get("finding") or wording.plain(str(gate["threat_class"]))
    what = wording.plain(str(gate["estimand"])) + (f" ({where})" if where else "")
    return f"{about}: {what} must be {bound}"


def _measured(number: int, result: GateResult, gate: Mapping[str, Any], assessment: Assessment) -> str:
    """What was measured, where the findings were judged by this very gate; empty where another thing decided."""
    by_id = {f.id: f for f in assessment.findings}
    judged = [f for i in result.findings if (f := by_id.get(i)) and f.tolerance_from.split(",")[0] == f"gate {number}"]
    if "; measured " not in result.reason or not judged or len(judged) < len(result.findings):
        return ""
    return "; ".join(f"{f.id}: {_rate(f, gate, assessment.evidence)}" for f in judged)


def _rate(finding: Finding, gate: Mapping[str, Any], evidence: Sequence[Evidence]) -> str:
    rate = finding.rate
    if rate is None:
        return "not measured"
    stated = str(gate.get("estimand"))
    if wording.GOOD.get(stated) == rate.estimand:
        low, high = percent(1 - rate.high), percent(1 - rate.low)
        return f"{percent(1 - rate.value)} ({low} to {high}) {wording.plain(stated)}"
    return wording.seen(finding, evidence, interval=True)
