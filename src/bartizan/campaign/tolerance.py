"""How much of each harm is tolerated: by a gate where one speaks of it, else by impact."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bartizan.core.system import System
from bartizan.core.system.gates import MeasureGate
from bartizan.core.threat import Vulnerability
from bartizan.knowledge.base import KnowledgeBase

from .combine import Ball

# A gate may speak of the good side of a measured harm.
COMPLEMENT = {"robust_accuracy": "robust_error", "survival_probability": "failure_probability"}


@dataclass(frozen=True)
class Tolerance:
    """The tolerated rate of the harm, where it comes from, and the ball or false-positive rate a gate asks for.

    number: of the gate it comes from, or None for the table.
    """

    rate: float
    source: str
    number: int | None = None
    ball: Ball | None = None
    fpr: float | None = None


# The rate at which the knowledge base tolerates true positives.
_TABLE_FPR = 0.01


def at_fpr(allowed: Tolerance, measured: float | None) -> Tolerance:
    """The tolerance moved to the false-positive rate that could be measured, where that is not the one it speaks of.

    Guessing has as many true as false positives, so the same excess over guessing is tolerated.
    """
    asked = allowed.fpr if allowed.fpr is not None else _TABLE_FPR
    if measured is None or measured == asked:
        return allowed
    moved = min(max(allowed.rate - asked, 0.0) + measured, 1.0)
    source = f"{allowed.source}, moved from a false-positive rate of {asked:g} to the {measured:g} the data allow"
    return replace(allowed, rate=round(moved, 12), source=source)


def bounded_harm(gate: MeasureGate) -> tuple[str, float] | None:
    """The harm a gate bounds from above and the bound, or None when it bounds a harm from below."""
    if gate.at_least is not None and gate.estimand in COMPLEMENT:
        return COMPLEMENT[gate.estimand], round(1 - gate.at_least, 12)
    return (gate.estimand, gate.at_most) if gate.at_most is not None else None


def speaks_of(gate: MeasureGate, finding: str, threat_class: str) -> bool:
    """Whether a gate is about this finding."""
    return str(gate.threat_class) == threat_class and gate.finding in (None, finding)


def ball_asked(gate: MeasureGate) -> Ball | None:
    """The norm and ε a gate speaks of, or None when it speaks of every ball."""
    return (gate.norm, gate.eps) if gate.norm is not None and gate.eps is not None else None


def tolerance(
    system: System, kb: KnowledgeBase, vulnerability: Vulnerability, harm: str, balls: Collection[Ball] = ()
) -> Tolerance:
    """The tolerance of one vulnerability whose trials measured `harm`, within `balls` where there are any.

    A gate whose ball was not attacked decides nothing: another ball is judged by the table.
    """
    passed_over = ""
    for number, gate in enumerate(system.gates, 1):
        if not isinstance(gate, MeasureGate):
            continue
        if not speaks_of(gate, vulnerability.id, str(vulnerability.threat_class)):
            continue
        bound, ball = bounded_harm(gate), ball_asked(gate)
        if bound is None or bound[0] != harm:
            continue
        if ball is None or ball in balls:
            return Tolerance(bound[1], f"gate {number}", number, ball, gate.fpr)
        passed_over += f"; nothing was measured in the ball of gate {number}, {ball[0]} ε = {ball[1]:g}"
    rate = kb.tables.tolerance.tolerated(vulnerability.threat_class, harm, vulnerability.impact)
    source = f"impact {vulnerability.impact} on {vulnerability.objective} (knowledge base, judged)"
    return Tolerance(rate, source + passed_over)
