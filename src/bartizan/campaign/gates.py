"""Gates: conditions on the same findings and evidence the report shows."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.assessment import GateResult
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Rate
from bartizan.core.system.gates import Gate, MeasureGate, VerdictGate
from bartizan.core.vocabulary import Level, Outcome, Verdict

from .combine import ball_of, combine
from .tolerance import harm_of, speaks_of

_SEVERITY = {"low": 0, "medium": 1, "high": 2, "critical": 3}
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
    where = f" at {gate.norm} ε = {gate.eps:g}" if gate.norm and gate.eps else ""
    where += f" at a false-positive rate of {gate.fpr:g}" if gate.fpr else ""
    return f"{gate.threat_class}: {gate.estimand}{where} {bound}"


def _verdicts(gate: VerdictGate, number: int, findings: tuple[Finding, ...]) -> GateResult:
    name = f"gate {number}: {describe(gate)}"
    about = [f for f in findings if _concerns(gate, f)]
    bad = [f for f in about if f.verdict in gate.forbid and not _is_accepted(f)]
    if bad:
        return GateResult(gate=name, outcome="failed", reason=_list("forbidden verdicts", bad), findings=_ids(bad))
    return GateResult(gate=name, outcome="passed", reason=f"none of {len(about)} findings", findings=_ids(about))


def _concerns(gate: VerdictGate, f: Finding) -> bool:
    least = Level(gate.severity).rank if gate.severity else 0
    same_class = gate.threat_class in (None, f.threat_class)
    return same_class and gate.finding in (None, f.id) and _SEVERITY[f.severity] >= least


def _is_accepted(f: Finding) -> bool:
    return f.accepted is not None and "(expired" not in f.accepted


def _measure(
    gate: MeasureGate, number: int, findings: tuple[Finding, ...], evidence: dict[str, Evidence], arrays: ArrayReader
) -> GateResult:
    name = f"gate {number}: {describe(gate)}"
    about = [f for f in findings if speaks_of(gate, f.id, str(f.threat_class))]
    bound = harm_of(gate)
    if bound is None:
        return GateResult(
            gate=name, outcome="inconclusive", reason=f"{gate.estimand} cannot be bounded from below here"
        )
    harm, most = bound
    rates = {f.id: r for f in about if (r := _rate(gate, f, harm, evidence, arrays)) is not None}
    bad = {i: r for i, r in rates.items() if r.low > most}
    if bad:
        return GateResult(gate=name, outcome="failed", reason=_say(harm, bad, most), findings=tuple(bad))
    open_ = {i: r for i, r in rates.items() if r.high > most}
    doubted = {f.id: doubt for f in about if (doubt := _doubt(f, f.id in rates))}
    if open_ or not rates or doubted:
        doubts = "; ".join(f"{i} {doubt}" for i, doubt in doubted.items())
        reason = _say(harm, open_, most) if open_ else doubts if rates else "not measured"
        return GateResult(gate=name, outcome="inconclusive", reason=reason, findings=tuple(open_) or tuple(doubted))
    return GateResult(gate=name, outcome="passed", reason=_say(harm, rates, most), findings=tuple(rates))


def _doubt(f: Finding, measured: bool) -> str:
    """Why a finding cannot let a gate pass, or nothing."""
    if not measured:
        return "could not be tested" if f.evidence and f.verdict is Verdict.UNTESTED else ""
    if f.flags:
        return f"raised {', '.join(f.flags)}"
    inadequate = f.verdict is Verdict.INCONCLUSIVE and f.rate is not None and f.rate.high <= f.tolerance
    return "met no adequate attack, or too few examples in one trial" if inadequate else ""


def _rate(gate: MeasureGate, f: Finding, harm: str, evidence: dict[str, Evidence], arrays: ArrayReader) -> Rate | None:
    own = [e for e in evidence.values() if e.id in f.evidence and e.outcome is Outcome.MEASURED]
    if gate.norm is not None and gate.eps is not None:
        both = combine([e for e in own if ball_of(e) == (gate.norm, gate.eps)], arrays)
        return both.rate(harm) if both else None
    points = [
        m for e in own for m in e.measurements if m.estimand == harm and gate.fpr in (None, m.at.get("fpr"))
    ]  # fmt: skip
    worst = max(points, key=lambda m: (m.low, m.value), default=None)
    if worst is None:
        return None
    return Rate(
        estimand=harm, value=worst.value, low=worst.low, high=worst.high, n=worst.n, method=worst.method
    )  # fmt: skip


def _say(harm: str, rates: dict[str, Rate], most: float) -> str:
    each = "; ".join(f"{i}: {r.value:.3g} [{r.low:.3g}, {r.high:.3g}]" for i, r in rates.items())
    return f"{harm} may be at most {most:g}; measured {each}"


def _list(what: str, findings: list[Finding]) -> str:
    return f"{what}: " + ", ".join(f"{f.id} {f.verdict}" for f in findings)


def _ids(findings: list[Finding]) -> tuple[str, ...]:
    return tuple(f.id for f in findings)
