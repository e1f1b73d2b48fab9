"""What a manager reads in a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.treatment import Treatment
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report import answers, wording
from bartizan.report.deciding import deciding
from bartizan.report.gate_words import gates

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
            "worst": [(f, wording.sentence(f, assessment.evidence)) for f in found if f.verdict != Verdict.RESISTED][
                :3
            ],
            "takes": [_takes(f, assessment.evidence) for f in by_verdict[Verdict.EXPLOITED]],
            "untested": [(f.id, f"{f.title} on {wording.place(f)}", f.reason) for f in by_verdict[Verdict.UNTESTED]],
            "gates": sorted(gates(assessment), key=lambda g: GATES.index(g.outcome) if g.outcome in GATES else 1),
            "treated": _treated(assessment),
            "findings": [(f, wording.share(f.rate) if f.rate else "", _under(f, assessment)) for f in found],
        }


def headline(assessment: Assessment) -> str:
    """The answer in a few plain sentences: the gates first, then how many findings stand how, then what helped."""
    if not assessment.findings:
        return "Nothing has been judged yet: no finding is known."
    return " ".join(part for part in (_gates(assessment), _tally(assessment), _helped(assessment)) if part)


def _gates(assessment: Assessment) -> str:
    outcomes = [g.outcome for g in assessment.gates]
    if not outcomes:
        return "The description sets no gates, so there is no pass or fail."
    failed, open_ = outcomes.count("failed"), outcomes.count("inconclusive")
    if failed:
        rest = f", and {open_} {'is' if open_ == 1 else 'are'} undecided" if open_ else ""
        return f"The system does not pass its gates: {failed} of {len(outcomes)} failed{rest}."
    if open_:
        are = "is" if open_ == 1 else "are"
        return f"Whether the system passes its gates cannot be said yet: {open_} of {len(outcomes)} {are} undecided."
    return "The system passes its gates."


def _tally(assessment: Assessment) -> str:
    verdicts = [f.verdict for f in assessment.findings]
    counts = [f"{n} {v}" for v in wording.VERDICTS if (n := verdicts.count(v))]
    return f"{wording.counted(len(verdicts), 'findings')}: {', '.join(counts)}."


def _helped(assessment: Assessment) -> str:
    """The treatment after which the fewest findings are exploited, where it turned any, and how many remain."""
    applied = [t for t in assessment.treatments if t.status == "applied" and _mended(t)]
    best = max(applied, key=lambda t: (len(_mended(t)), -len(_left(t)), t.id), default=None)
    if best is None:
        return ""
    mended, left = _mended(best), _left(best)
    return (
        f"{best.title} took {', '.join(mended)} off the exploited; "
        f"{len(left)} {'remains' if len(left) == 1 else 'remain'} exploited with it."
    )


def _mended(treatment: Treatment) -> list[str]:
    was = [r for r in treatment.retests if r.verdict_before == Verdict.EXPLOITED and r.change == "better"]
    return [r.finding for r in was if r.verdict_after != Verdict.EXPLOITED]


def _left(treatment: Treatment) -> list[str]:
    return [r.finding for r in treatment.retests if r.verdict_after == Verdict.EXPLOITED]


def _under(finding: Finding, assessment: Assessment) -> str:
    """The condition a hazard was judged under; empty for all else."""
    decided = deciding(finding, assessment.evidence) if finding.threat_class == ThreatClass.HAZARD else None
    return f"under {wording.condition(decided[0])}" if decided else ""


def _takes(finding: Finding, evidence: Sequence[Evidence]) -> dict[str, Any]:
    return {
        "finding": finding,
        "tries": answers.tries(finding, evidence),
        "size": answers.size(finding, evidence),
        "knowledge": answers.knowledge(finding),
    }


def _treated(assessment: Assessment) -> dict[str, int]:
    applied = [t for t in assessment.treatments if t.status == "applied"]
    changes = [r.change for t in applied for r in t.retests]
    return {"applied": len(applied), "better": changes.count("better"), "worse": changes.count("worse")}
