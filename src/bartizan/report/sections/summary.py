"""What a manager reads in a minute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Verdict
from bartizan.report import wording

GATES = ("failed", "inconclusive", "passed")


class Summary(Section):
    """Verdicts counted, the three worst findings, the gates, what an attack would take, and what nobody tested."""

    spec = SectionSpec(
        id="summary", title="Summary", summary="What a manager reads in a minute.", order=10, heading="Summary"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Everything here is counted or quoted from findings and gates."""
        found = wording.in_order(assessment.findings)
        by_verdict = {v: [f for f in found if f.verdict == v] for v in wording.VERDICTS}
        return {
            "headline": headline(assessment),
            "counts": [(str(v), len(by_verdict[v]), wording.MEANING[v]) for v in wording.VERDICTS],
            "worst": [(f, wording.sentence(f)) for f in found if f.verdict != Verdict.RESISTED][:3],
            "takes": [_takes(f) for f in by_verdict[Verdict.EXPLOITED]],
            "untested": [(f.id, f"{f.title} on {wording.place(f)}", f.reason) for f in by_verdict[Verdict.UNTESTED]],
            "gates": [(name, [g.outcome for g in assessment.gates].count(name)) for name in GATES],
            "treated": _treated(assessment),
            "findings": found,
        }


def headline(assessment: Assessment) -> str:
    """The answer in one sentence: the gates first, else the findings."""
    outcomes = [g.outcome for g in assessment.gates]
    broken = sum(f.verdict == Verdict.EXPLOITED for f in assessment.findings)
    open_ = sum(f.verdict in (Verdict.UNTESTED, Verdict.INCONCLUSIVE) for f in assessment.findings)
    total = len(assessment.findings)
    if not total:
        return "Nothing has been judged yet: no finding is known."
    tally = f"{broken} of {total} weaknesses were exploited, and {open_} {'is' if open_ == 1 else 'are'} still open."
    if "failed" in outcomes:
        return f"The system does not pass its gates. {tally}"
    if "inconclusive" in outcomes:
        return f"Whether the system passes its gates cannot be said yet. {tally}"
    if outcomes:
        return f"The system passes its gates. {tally}"
    return f"The description sets no gates, so there is no pass or fail. {tally}"


def _takes(finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "tries": wording.tries(finding.tries),
        "size": wording.size(finding.sensitivity),
        "knowledge": wording.knowledge(finding),
    }


def _treated(assessment: Assessment) -> dict[str, int]:
    applied = [t for t in assessment.treatments if t.status == "applied"]
    changes = [r.change for t in applied for r in t.retests]
    return {"applied": len(applied), "better": changes.count("better"), "worse": changes.count("worse")}
