"""Gates: conditions on the same findings and evidence the report shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bartizan.core.assessment import GateResult
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Rate
from bartizan.core.system.gates import Gate, MeasureGate, VerdictGate
from bartizan.core.vocabulary import Level, Outcome, Verdict

from .reading import harm_of, measured_fpr, read
from .tolerance import Tolerance, at_fpr, ball_asked, bounded_harm, speaks_of

_SEVERITY = {"low": 0, "medium": 1, "high": 2, "critical": 3}
_UNDECIDED = (Verdict.INCONCLUSIVE, Verdict.UNTESTED)
EXIT = {"passed": 0, "failed": 1, "inconclusive": 3}


def evaluate(
    gates: Iterable[Gate], findings: tuple[Finding, ...], evidence: dict[str, Evidence], arrays: ArrayReader
) -> tuple[GateResult, ...]:
    """The outcome of each gate, in their order."""
    return tuple(
        _measure(g, n, findings, evidence, arrays) if isinstance(g, MeasureGate) else _verdicts(g, n, findings)
        for n, g in enumerate(gates, 1)
    )


def exit_code(results: Iterable[GateResult]) -> int:
    """0 when all passed, 1 when any failed, 3 when any could not be decided."""
    outcomes = {r.outcome for r in results}
    return next((EXIT[o] for o in ("failed", "inconclusive") if o in outcomes), 0)


def describe(gate: Gate) -> str:
    """The gate in words."""
    if isinstance(gate, VerdictGate):
        about = gate.finding or (f"{gate.threat_class} findings" if gate.threat_class else "findings")
        least = f" of at least {gate.severity} severity" if gate.severity else ""
        return f"no {about}{least} may be {' or '.join(str(v) for v in gate.forbid)}"
    bound = f"at least {gate.at_least:g}" if gate.at_least is not None else f"at most {gate.at_most:g}"
    return f"{gate.threat_class}: {gate.estimand}{_where(gate)} {bound}"


def _verdicts(gate: VerdictGate, number: int, findings: tuple[Finding, ...]) -> GateResult:
    name = f"gate {number}: {describe(gate)}"
    alike = [f for f in findings if gate.threat_class in (None, f.threat_class) and gate.finding in (None, f.id)]
    about = [f for f in alike if _severe(gate, f)]
    bad = [f for f in about if f.verdict in gate.forbid and not _is_accepted(f)]
    if bad:
        return GateResult(gate=name, outcome="failed", reason=_list("forbidden verdicts", bad), findings=_ids(bad))
    if not alike:
        return GateResult(gate=name, outcome="inconclusive", reason="there is no finding that it speaks of")
    undecided = [f for f in about if f.verdict in _UNDECIDED and f.verdict not in gate.forbid and not _is_accepted(f)]
    if undecided:
        counts = Counter(str(f.verdict) for f in undecided)
        said = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items()))
        reason = f"none of {len(about)} findings is forbidden, but {said}"
        return GateResult(gate=name, outcome="inconclusive", reason=reason, findings=_ids(undecided))
    return GateResult(gate=name, outcome="passed", reason=f"none of {len(about)} findings", findings=_ids(about))


def _severe(gate: VerdictGate, f: Finding) -> bool:
    return _SEVERITY[f.severity] >= (Level(gate.severity).rank if gate.severity else 0)


def _is_accepted(f: Finding) -> bool:
    return f.accepted is not None and "(expired" not in f.accepted


@dataclass(frozen=True)
class _Held:
    """What one finding's trials say about the gate's harm: its rate, the bound, and why the rate clears nothing."""

    rate: Rate | None
    most: float
    doubt: str = ""


def _measure(
    gate: MeasureGate, number: int, findings: tuple[Finding, ...], evidence: dict[str, Evidence], arrays: ArrayReader
) -> GateResult:
    name = f"gate {number}: {describe(gate)}"
    bound = bounded_harm(gate)
    if bound is None:
        return GateResult(
            gate=name, outcome="inconclusive", reason=f"{gate.estimand} cannot be bounded from below here"
        )
    about = [f for f in findings if speaks_of(gate, f.id, str(f.threat_class))]
    tried = {f.id: _trials(f, evidence) for f in about}
    theirs = {id: {harm_of(e) for e in trials} for id, trials in tried.items()}
    concerned = [f for f in about if bound[0] in theirs[f.id]]
    held = {f.id: _held(gate, bound, tried[f.id], evidence, arrays) for f in concerned or about}
    return GateResult(gate=name, **_outcome(bound, held))


def _trials(f: Finding, evidence: dict[str, Evidence]) -> list[Evidence]:
    return [e for e in evidence.values() if e.id in f.evidence and e.trial.kind != "certifier"]


def _outcome(bound: tuple[str, float], held: dict[str, _Held]) -> dict[str, Any]:
    """Outcome, reason and findings of a gate."""
    rates = {i: h for i, h in held.items() if h.rate is not None}
    bad = {i: h for i, h in rates.items() if h.rate and h.rate.low > h.most}
    open_ = {i: h for i, h in rates.items() if h.rate and h.rate.high > h.most}
    doubted = {i: h.doubt for i, h in held.items() if h.doubt}
    if bad:
        return {"outcome": "failed", "reason": _say(*bound, bad), "findings": tuple(bad)}
    if open_:
        return {"outcome": "inconclusive", "reason": _say(*bound, open_), "findings": tuple(open_)}
    if doubted or not rates:
        reason = "; ".join(f"{i}: {doubt}" for i, doubt in doubted.items()) or "not measured"
        return {"outcome": "inconclusive", "reason": reason, "findings": tuple(doubted)}
    return {"outcome": "passed", "reason": _say(*bound, rates), "findings": tuple(rates)}


def _held(
    gate: MeasureGate, bound: tuple[str, float], own: list[Evidence], evidence: dict[str, Evidence], arrays: ArrayReader
) -> _Held:
    """One finding before the gate: read as the finding is, but only in the ball and at the rate the gate asks for."""
    harm, most = bound
    ball = ball_asked(gate)
    reading = read(harm, own, arrays, balls=None if ball is None else [ball], fpr=gate.fpr, strictly=True)
    if reading is not None:
        moved = most if gate.fpr else at_fpr(Tolerance(most, ""), measured_fpr(reading)).rate
        return _Held(reading.rate(), moved, reading.doubt(evidence))
    if not own:
        return _Held(None, most)
    measured = any(e.outcome is Outcome.MEASURED for e in own)
    return _Held(None, most, f"not measured{_where(gate)}" if measured else "could not be tested")


def _where(gate: MeasureGate) -> str:
    ball = f" at {gate.norm} ε = {gate.eps:g}" if gate.norm and gate.eps else ""
    return ball + (f" at a false-positive rate of {gate.fpr:g}" if gate.fpr else "")


def _say(harm: str, most: float, held: dict[str, _Held]) -> str:
    each = [
        f"{i}: {r.value:.3g} [{r.low:.3g}, {r.high:.3g}]" + ("" if h.most == most else f" (at most {h.most:g} there)")
        for i, h in held.items()
        if (r := h.rate) is not None
    ]
    return f"{harm} may be at most {most:g}; measured {'; '.join(each)}"


def _list(what: str, findings: list[Finding]) -> str:
    return f"{what}: " + ", ".join(f"{f.id} {f.verdict}" for f in findings)


def _ids(findings: list[Finding]) -> tuple[str, ...]:
    return tuple(f.id for f in findings)
