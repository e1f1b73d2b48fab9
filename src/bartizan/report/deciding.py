"""Which trial a finding rests on: the one whose number became the rate, and the others behind it by strength."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.artifact import Measurement
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Outcome, ThreatClass

Point = tuple[Evidence, Measurement]


def measured(finding: Finding, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The trials of a finding that measured anything, in its own order; `evidence` may hold those of others."""
    known = {e.id: e for e in evidence if e.outcome == Outcome.MEASURED}
    return [known[i] for i in finding.evidence if i in known]


def deciding(finding: Finding, evidence: Iterable[Evidence]) -> Point | None:
    """The measurement that set the rate, with its trial; the highest where the rate puts several together."""
    rate = finding.rate
    if rate is None:
        return None
    trials = measured(finding, evidence)
    if finding.threat_class == ThreatClass.EVASION and finding.sensitivity is not None:
        in_ball = [e for e in trials if e.size_unit == finding.sensitivity.unit]
        trials = in_ball or trials
    points = [(e, m) for e in trials for m in e.measurements if m.estimand == rate.estimand]
    same = [p for p in points if (p[1].value, p[1].n) == (rate.value, rate.n)]
    return max(same or points, key=lambda p: (p[1].low, p[1].value), default=None)


def strongest_first(finding: Finding, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The trials of a finding: first the one that decided, then those measured in its unit, by what they reached."""
    decided = deciding(finding, evidence := list(evidence))
    first = decided[0].id if decided else ""
    unit = finding.sensitivity.unit if finding.sensitivity else ""

    def order(e: Evidence) -> tuple[bool, bool, float]:
        same_unit = not unit or e.size_unit == unit
        return e.id != first, not same_unit, -_reached(finding, e)

    return sorted(measured(finding, evidence), key=order)


def _reached(finding: Finding, evidence: Evidence) -> float:
    estimand = finding.rate.estimand if finding.rate else ""
    return max((m.value for m in evidence.measurements if m.estimand == estimand), default=-1.0)
