"""What remains after the best treatment measured, and everything nobody could test: as loud as what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding
from bartizan.core.plan import Untested
from bartizan.core.treatment import Retest, Treatment
from bartizan.core.vocabulary import Outcome, Verdict
from bartizan.report import wording
from bartizan.report.numbers import percent

MEASURED = (Verdict.EXPLOITED, Verdict.INCONCLUSIVE)
BEST_FIRST = (Verdict.RESISTED, Verdict.INCONCLUSIVE, Verdict.EXPLOITED, Verdict.UNTESTED)


class Residual(Section):
    """The verdicts under the best treatment, what is open by its reason, and the risks that were accepted."""

    spec = SectionSpec(
        id="residual",
        title="Residual",
        summary="What is open and untested.",
        order=90,
        heading="Residual risk and what was not tested",
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Everything is worked out from findings, re-tests, plan and evidence; a reason is said once for all it
        holds for."""
        found = wording.in_order(assessment.findings)
        open_ = {f.id for f in found if f.verdict == Verdict.UNTESTED}
        applied = [t for t in assessment.treatments if t.status == "applied"]
        return {
            "remaining": [_remaining(f, applied) for f in found if f.verdict in MEASURED],
            "tallies": sorted((_tally(t) for t in applied), key=lambda row: (row["exploited"], row["title"])),
            "together": any(len(e.trial.subject.treatments) > 1 for e in assessment.evidence),
            "untested": _by_reason(f for f in found if f.verdict == Verdict.UNTESTED),
            "left_out": _left_out(u for u in assessment.plan.untested if u.vulnerability not in open_),
            "silent": _silent(assessment.evidence),
            "accepted": [f for f in found if f.accepted],
        }


@dataclass(frozen=True)
class Remaining:
    """A finding as described and under the treatment that left least of it; `what` says what is left, in words."""

    finding: Finding
    treatment: Treatment | None
    retest: Retest | None
    what: str

    @property
    def verdict(self) -> Verdict:
        """The verdict that remains."""
        return self.retest.verdict_after if self.retest else self.finding.verdict


def _remaining(finding: Finding, applied: Iterable[Treatment]) -> Remaining:
    tried = [(t, r) for t in applied for r in t.retests if r.finding == finding.id and r.after is not None]
    best = min(tried, key=_left, default=None)
    if best is None:
        return Remaining(finding, None, None, "All of it: no treatment was tried against it.")
    treatment, retest = best
    if retest.change not in ("better", "unclear") or retest.after is None:
        return Remaining(finding, None, None, "All of it: no treatment that was tried lowered it.")
    return Remaining(finding, treatment, retest, _what(finding, retest))


def _left(tried: tuple[Treatment, Retest]) -> tuple[int, float, str]:
    treatment, retest = tried
    assert retest.after is not None
    return BEST_FIRST.index(retest.verdict_after), retest.after.high, treatment.id


def _what(finding: Finding, retest: Retest) -> str:
    assert retest.after is not None
    after = retest.after
    over = f"{percent(finding.tolerance)} is tolerated"
    if retest.verdict_after == Verdict.RESISTED:
        return f"At most {percent(after.high)}, within what is tolerated; other attacks were not tried."
    unclear = " Whether it is a gain at all is not clear." if retest.change == "unclear" else ""
    return f"{percent(after.low)} to {percent(after.high)} are still possible; {over}.{unclear}"


def _tally(treatment: Treatment) -> dict[str, Any]:
    """How many findings stand exploited under one treatment, of those tested again."""
    verdicts = [r.verdict_after for r in treatment.retests]
    return {
        "id": treatment.id,
        "title": treatment.title,
        "of": len(verdicts),
        "exploited": verdicts.count(Verdict.EXPLOITED),
        "before": sum(r.verdict_before == Verdict.EXPLOITED for r in treatment.retests),
        "worse": sum(r.change == "worse" for r in treatment.retests),
    }


def _by_reason(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    found: dict[str, list[Finding]] = {}
    for f in findings:
        # Which technique it is stands beside the reason already.
        reason = f.reason.replace(f"{f.technique} ({f.title})", "this technique").replace(f.id, "it")
        found.setdefault(wording.capital(reason), []).append(f)
    return list(found.items())


def _left_out(untested: Iterable[Untested]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for u in sorted(untested, key=lambda u: (u.plugin or "", u.vulnerability)):
        name = f"{wording.capital(wording.plain(u.plugin))}: " if u.plugin else ""
        found.setdefault(name + u.reason, []).append(u.vulnerability)
    return list(found.items())


def _silent(evidence: Iterable[Evidence]) -> list[tuple[str, str, list[str]]]:
    found: dict[tuple[str, str], list[str]] = {}
    for e in evidence:
        if e.outcome != Outcome.MEASURED:
            key = (str(e.outcome), e.reason or "no reason was given")
            found.setdefault(key, []).append(_trial_name(e))
    return [(outcome, reason, names) for (outcome, reason), names in found.items()]


def _trial_name(evidence: Evidence) -> str:
    trial = evidence.trial
    under = f" after {', '.join(trial.subject.treatments)}" if trial.subject.treatments else ""
    return f"{wording.plain(trial.plugin)} on {trial.subject.id}{under}"
