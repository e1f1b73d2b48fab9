"""Tables for the terminal. Words first: colour only repeats what a word says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bartizan.core.assessment import Assessment
from bartizan.core.exposure import Exposure
from bartizan.core.finding import Finding
from bartizan.core.plan import Plan
from bartizan.core.threat import Vulnerability
from bartizan.core.treatment import Treatment
from bartizan.core.vocabulary import Stage
from bartizan.report import answers, wording
from bartizan.report.gate_words import gates
from bartizan.report.scanned import shown as shown_path
from bartizan.scanners.tally import APPROVED_KEPT, Tally

_STYLE = {
    "exploited": "bold red",
    "resisted": "green",
    "inconclusive": "yellow",
    "untested": "magenta",
    "high": "red",
    "critical": "bold red",
    "unknown": "magenta",
    "medium": "yellow",
    "failed": "bold red",
    "passed": "green",
    "worse": "red",
    "better": "green",
    "approved": "green",
    "needs review": "yellow",
    "malicious": "bold red",
}


def console() -> Console:
    """The terminal; plain text at full width when the output is not one."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=160)


def styled(word: object) -> str:
    """The word in the colour of its meaning."""
    style = _STYLE.get(str(word))
    return f"[{style}]{word}[/]" if style else str(word)


def table(title: str, *columns: str) -> Table:
    """An empty table in the house style."""
    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


def print_exposures(exposures: Iterable[Exposure]) -> None:
    """Design choices that expose the system, the highest first."""
    shown = table("Exposures (medium and above)", "id", "choice", "option", "level", "because")
    for e in sorted(exposures, key=lambda e: (-e.level.rank, e.id)):
        if e.level.rank:
            by = f" (changed by {', '.join(e.adjusted_by)})" if e.adjusted_by else ""
            shown.add_row(e.id, e.title, e.option, styled(e.level), e.reason + by)
    console().print(shown)


def print_vulnerabilities(vulnerabilities: Iterable[Vulnerability]) -> None:
    """Where threats meet exposures, worst first."""
    shown = table("Vulnerabilities", "rank", "id", "what", "by", "likelihood", "impact", "planted → effective")
    for v in vulnerabilities:
        place = f"{v.rank} ({v.rank_low}–{v.rank_high})"
        when = f"{_span(v.planted)} → {_span(v.effective)}"
        shown.add_row(place, v.id, v.title, ", ".join(v.sources), styled(v.likelihood), styled(v.impact), when)
    console().print(shown)


def _span(stages: tuple[Stage, ...]) -> str:
    """The first and the last stage; what lies between is in the report."""
    ends = [str(s) for s in Stage if s in stages]
    return " … ".join(dict.fromkeys((ends[0], ends[-1]))) if ends else "–"


def print_plan(plan: Plan) -> None:
    """The trials, what cannot be tested, and the methods by stage."""
    shown = table(f"Trials ({plan.effort})", "trial", "by", "access", "examples", "answers")
    for t in plan.trials:
        by = " or ".join(t.sources) or "the owner"
        shown.add_row(t.name, by, t.access.name, str(t.examples or ""), ", ".join(t.answers))
    console().print(shown)
    missing = table("Cannot be tested", "vulnerability", "attack", "reason")
    for u in plan.untested:
        missing.add_row(u.vulnerability, u.plugin or "", u.reason)
    console().print(missing)
    methods = table("Methods by stage (gates marked ◆)", "stage", "threat", "state", "method", "because")
    for cell in plan.table:
        for m in cell.methods:
            gate = "◆ " if cell.stage.is_gate else ""
            methods.add_row(f"{gate}{cell.stage}", str(cell.threat_class), m.state.replace("_", " "), m.text, m.note)
    console().print(methods)


def print_assessment(assessment: Assessment) -> None:
    """The summary: findings, treatments, gates."""
    print_findings(assessment)
    print_treatments(assessment.treatments)
    print_gates(assessment)


def print_findings(assessment: Assessment) -> None:
    """One line a finding: verdict and the three measures."""
    shown = table("Findings", "#", "finding", "verdict", "severity", "rate [95 %]", "tolerated", "tries", "change")
    for f in assessment.findings:
        rate = f"{f.rate.value:.2f} [{f.rate.low:.2f}, {f.rate.high:.2f}] of {f.rate.n}" if f.rate else "–"
        shown.add_row(
            str(f.rank), _what(f, assessment), styled(f.verdict), styled(f.severity), rate, f"{f.tolerance:g}",
            _said(answers.tries(f, assessment.evidence)), _said(answers.size(f, assessment.evidence)),
        )  # fmt: skip
    console().print(shown)


def _what(f: Finding, assessment: Assessment) -> str:
    """The finding, and for a hazard the condition it was judged under."""
    said = f"{f.id}  {f.title}"
    return f"{said}: {wording.seen(f, assessment.evidence)}" if f.threat_class == "hazard" and f.rate else said


def _said(answer: str) -> str:
    """An answer, or a dash where the question does not apply; the report says why."""
    return "–" if answer == answers.NOT_MEASURED or answer.startswith(answers.DOES_NOT_APPLY) else answer


def print_treatments(treatments: Iterable[Treatment]) -> None:
    """What each applied defence gained and made worse; why there is none, where there is none."""
    treatments = list(treatments)
    if not any(t.status in ("applied", "failed") for t in treatments):
        console().print(_untreated(treatments), markup=False)
        return
    shown = table("Treatments applied", "defence", "accuracy", "finding", "before", "after", "change")
    for t in treatments:
        if t.status not in ("applied", "failed"):
            continue
        first = (f"{t.defence} {t.title}", _accuracy(t) if t.status == "applied" else f"failed: {t.reason}")
        for r in t.retests:
            before = f"{r.verdict_before} {r.before.value:.2f}" if r.before else str(r.verdict_before)
            after = f"{r.verdict_after} {r.after.value:.2f}" if r.after else str(r.verdict_after)
            shown.add_row(*first, r.finding, before, after, styled(r.change))
            first = ("", "")
        if not t.retests:
            shown.add_row(*first, "", "", "", "")
    console().print(shown)


def _untreated(treatments: list[Treatment]) -> str:
    """Why nothing was applied: what becomes of each defence that could be tried here, and how many others remain."""
    if not treatments:
        return "No treatment was tried.\n"
    ours = [t for t in treatments if not t.id.startswith(t.defence)]
    lines = ["No treatment was applied: none of those that can be tried here fits."]
    lines += [f"  {t.title}: {t.reason}" for t in ours]
    by_hand = sum(t.status == "recommended" for t in treatments)
    lines += [f"  {by_hand} others are recommended for people to apply; see the report."] if by_hand else []
    return "\n".join(lines) + "\n"


def _accuracy(t: Treatment) -> str:
    at = {m.at.get("when"): m.value for m in t.costs if m.estimand == "accuracy"}
    return f"{at['before']:.3f} → {at['after']:.3f}" if {"before", "after"} <= set(at) else "–"


def print_gates(assessment: Assessment) -> None:
    """Each gate with its outcome."""
    shown = table("Gates", "gate", "outcome", "because")
    for g in gates(assessment):
        shown.add_row(f"{g.number}. {g.text}", styled(g.outcome), g.because)
    if shown.row_count:
        console().print(shown)


def print_files(tally: Tally) -> None:
    """One line a reason against a file; those that are approved only where they are few. Then the scan in one line."""
    made = table("Files", "verdict", "file", "kind", "why", "where", "what to do")
    for report in tally.grave:
        for i, reason in enumerate(report.reasons[:3]):
            first = (
                (styled(report.verdict), escape(shown_path(report.path)), str(report.kind)) if not i else ("", "", "")
            )
            place = f"{reason.member}, byte {reason.offset:,}" if reason.member else f"byte {reason.offset:,}"
            made.add_row(*first, escape(shown_path(Path(reason.text))), escape(shown_path(Path(place))), reason.remedy)
    for report in tally.approved if tally.total <= APPROVED_KEPT else ():
        made.add_row(styled(report.verdict), escape(shown_path(report.path)), str(report.kind), "", "", "")
    if made.row_count:
        console().print(made)
    if left := tally.left_out():
        said = " and ".join(f"{n:,} more that {'is' if n == 1 else 'are'} {v}" for v, n in left.items())
        said = said.replace("are needs review", "need review").replace("is needs review", "needs review")
        console().print(f"Left out of the table: {said}; --json has them all.")
    console().print(tally.sentence())
