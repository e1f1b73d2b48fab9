"""Short tables of what lies behind the rates, for formats that cannot draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bartizan.core.assessment import Assessment
from bartizan.core.classwise import Shift
from bartizan.core.finding import Finding
from bartizan.core.treatment import Retest, Treatment
from bartizan.report import answers, audits, file_verdicts, leaks, treated, wording
from bartizan.report.apart import named, under
from bartizan.report.climbs import Step, climbs, of, reading, said
from bartizan.report.gains import gains
from bartizan.report.numbers import percent
from bartizan.report.table import Got, Table
from bartizan.report.treated import Cell, Moved, cell

NONE = "–"
Ladder = tuple[tuple[str, ...], Mapping[str, str]]
"""The first cells of a row, and what to say for each access."""


def tables(assessment: Assessment) -> list[Table]:
    """Those that have a row: ladder, classes and operating point as described; then the same after each treatment."""
    found = wording.in_order(assessment.findings)
    known = {f.id: f for f in found}
    applied = [t for t in assessment.treatments if t.status == "applied"]
    by_id = {e.id: e for e in assessment.evidence}
    got = [_named(f, g) for f in found for g in gains(f, [by_id[i] for i in f.evidence if i in by_id])]
    made = (_knowledge(found), _apart(found), *got, _retests(applied), _behind(applied, known), _climbs(applied, known))
    beside = (leaks.table(assessment), audits.table(assessment), file_verdicts.table(assessment))
    return [t for t in (*made, *beside) if t.rows]


def _named(f: Finding, got: Got) -> Table:
    said = (" ".join(got.says),) if got.says else ()
    return replace(got.table, title=f"{got.table.title} ({f.id})", notes=(*said, *got.table.notes))


def _knowledge(findings: Sequence[Finding]) -> Table:
    """Every ladder of two rungs or more, once for all that share it: a single rung has the rate of the finding."""
    shared: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for f in findings:
        if len(f.knowledge) > 1:
            shared.setdefault(tuple((r.access, of(r)) for r in answers.rungs(f)), []).append(f.id)
    ladders = [((", ".join(ids),), dict(rungs)) for rungs, ids in shared.items()]
    return _by_access("How much knowledge it takes", ("finding",), ladders)


def _apart(findings: Sequence[Finding]) -> Table:
    """The worst class, precision and recall as described."""
    rows = tuple(_told(f) for f in findings if f.classes or f.operating_point)
    head = ("finding", "worst class", "still right", "clean", "precision", "recall")
    return Table("Worst class, precision and recall (clean → attacked)", head, rows)


def _told(f: Finding) -> tuple[str, ...]:
    worst = (NONE, NONE, NONE)
    if f.classes is not None:
        c, condition = f.classes.lowest, f", {under(f.classes.under)}" if f.classes.under else ""
        worst = (named(c), _whole(cell(c.attacked)) + condition, cell(c.clean).share)
    point = f.operating_point
    shifts = (_shift(point.precision), _shift(point.recall)) if point else (NONE, NONE)
    return (f.id, *worst, *shifts)


def _retests(applied: Iterable[Treatment]) -> Table:
    """The rates before and after, and the same examples one by one; what did not change at all is only named."""
    applied = list(applied)
    rows = tuple(_retest(t, r) for t in applied for r in t.retests if r.before and r.after and r.change != "same")
    head = ("treatment", "finding", "before", "after", "change", "the same examples")
    same = [(t.title, [r.finding for r in t.retests if r.change == "same"]) for t in applied]
    notes = tuple(f"{title}: no change in {', '.join(ids)}" for title, ids in same if ids)
    return Table("Tested again after treatment", head, rows, notes)


def _retest(t: Treatment, r: Retest) -> tuple[str, ...]:
    before, after = (
        f"{wording.share(rate)} ({percent(rate.low)} to {percent(rate.high)})" if rate else NONE
        for rate in (r.before, r.after)
    )
    change = "too few to tell" if wording.too_few(r) else wording.CHANGES[r.change]
    return (t.title, r.finding, before, after, change, ", ".join(wording.paired(r.paired)) if r.paired else NONE)


def _behind(applied: Iterable[Treatment], known: Mapping[str, Finding]) -> Table:
    """The worst class, precision and recall before and after a treatment, of what it changed."""
    rows = tuple(row for t in applied for row in _moves(t, known))
    head = ("treatment", "finding", "worst class", "precision", "recall")
    return Table("Still right in the worst class, precision and recall: attacked, before → after treatment", head, rows)


def _moves(t: Treatment, known: Mapping[str, Finding]) -> Iterable[tuple[str, ...]]:
    worst = {m.finding: m for m in treated.worst_classes(t, known)}
    points = {pair[0].finding: pair for pair in treated.operating_points(t, known)}
    changed = [r.finding for r in t.retests if r.change != "same"]
    for id in (id for id in changed if id in worst or id in points):
        yield (t.title, id, _moved(worst.get(id)), *(_moved(m) for m in points.get(id, (None, None))))


def _climbs(applied: Iterable[Treatment], known: Mapping[str, Finding]) -> Table:
    """The ladders before and after, with what the adaptive rung says."""
    found = [(t, c) for t in applied for c in climbs(t, known)]
    ladders = [((t.title, ", ".join(c.findings)), {s.access: _step(s) for s in c.steps}) for t, c in found]
    made = _by_access("How much knowledge it takes, before → after treatment", ("treatment", "finding"), ladders)
    notes = tuple(f"{t.title} ({', '.join(c.findings)}): {said(c)}" for t, c in found)
    read = dict.fromkeys(line for _, c in found if (line := reading(c)))
    return Table(made.title, made.head, made.rows, (*notes, *read))


def _by_access(title: str, first: tuple[str, ...], ladders: Sequence[Ladder]) -> Table:
    """One column for each access on any of the ladders, from the least to the most."""
    there = [a for a in wording.ACCESS if any(a in rungs for _, rungs in ladders)]
    rows = tuple((*names, *(rungs.get(a, NONE) for a in there)) for names, rungs in ladders)
    return Table(title, (*first, *(wording.access(a) for a in there)), rows)


def _step(step: Step) -> str:
    before, after = (percent(r.rate) if r else NONE for r in (step.before, step.after))
    return f"{before} → {after}"


def _moved(moved: Moved | None) -> str:
    return f"{moved.before.share} → {_whole(moved.after)}" if moved else NONE


def _shift(shift: Shift) -> str:
    return f"{cell(shift.clean).share} → {_whole(cell(shift.attacked))}"


def _whole(c: Cell) -> str:
    return f"{c.share} ({c.rest})" if c.rest else c.share
