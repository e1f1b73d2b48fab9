"""Utility against leak: what each treatment costs in accuracy, and what it leaves of membership and of the copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.classwise import Share
from bartizan.core.finding import Finding, Measures, Rate
from bartizan.core.treatment import Treatment
from bartizan.report import wording
from bartizan.report.charts.tradeoff import Trade
from bartizan.report.costs import accuracy_after, accuracy_before, accuracy_change
from bartizan.report.members import asked
from bartizan.report.numbers import percent, quantity
from bartizan.report.table import Table

PRIVATE = "DF36"
"""Training with differential privacy, in the catalogue of defences: it stands beside every empirical one."""
NONE = "–"
TITLE = "Utility against leak"
ADAPTIVE = (
    "After a treatment, whoever tells members by models of one's own trains them with the same defence; a copy is "
    "learnt from the answers that the treated model gives."
)


def leaking(assessment: Assessment) -> list[Finding]:
    """The findings that told members from outsiders or copied the model, in the order of the report."""
    return [f for f in wording.in_order(assessment.findings) if f.membership or f.theft]


def table(assessment: Assessment) -> Table:
    """A row as described and one for each treatment that was applied; no rows where nothing leaked was measured."""
    found, applied = leaking(assessment), _applied(assessment)
    if not found:
        return Table(TITLE, (), ())
    before = next((a for t in applied if (a := accuracy_before(t.costs)) is not None), None)
    rows = [("as described", _percent(before), *(cell for f in found for cell in _cells(f, f)))]
    rows += [_row(t, found) for t in applied]
    return Table(TITLE, _head(found), tuple(rows), (ADAPTIVE, *_private(assessment)))


def trades(assessment: Assessment) -> list[Trade]:
    """Accuracy against each leak: the rate of a verdict, and for membership the area under the whole curve."""
    found = {f.id: f for f in leaking(assessment)}
    return [
        trade
        for t in _applied(assessment)
        if (cost := accuracy_change(t.costs)) is not None
        for r in t.retests
        if r.finding in found
        for trade in _trades(t, cost, found[r.finding], r.measured, r.before, r.after)
    ]


def _trades(
    t: Treatment, cost: float, f: Finding, after: Measures, rate: Rate | None, other: Rate | None
) -> Iterable[Trade]:
    if rate is not None and other is not None:
        what = "copy agrees" if f.theft else "members told"
        yield Trade(t.title, f"{f.id}: {what}", cost, rate, other, floor=0.5 if f.theft else 0.0)
    one, two = (m.membership.auc if m.membership else None for m in (f, after))
    if one is not None and two is not None:
        yield Trade(t.title, f"{f.id}: area", cost, _rate(one), _rate(two), floor=0.4)


def _rate(s: Share) -> Rate:
    return Rate(estimand="auc", value=s.value or 0.0, low=s.low, high=s.high, n=s.n, method="")


def _applied(assessment: Assessment) -> list[Treatment]:
    return sorted((t for t in assessment.treatments if t.status == "applied"), key=lambda t: t.id)


def _head(found: Sequence[Finding]) -> tuple[str, ...]:
    return ("treatment", "accuracy", *(name for f in found for name in _names(f)))


def _names(f: Finding) -> Iterable[str]:
    if f.membership:
        told = asked(f.membership)
        rate = f" at one in {quantity(round(1 / told.fpr))}" if told else ""
        yield from (f"{f.id}: members told{rate}", f"{f.id}: area under the curve")
    if f.theft:
        yield f"{f.id}: copy agrees"


def _row(t: Treatment, found: Sequence[Finding]) -> tuple[str, ...]:
    after = {r.finding: r.measured for r in t.retests}
    cells = (cell for f in found for cell in _cells(f, after.get(f.id)))
    return (t.title, _percent(accuracy_after(t.costs)), *cells)


def _cells(f: Finding, measured: Measures | None) -> Iterable[str]:
    """Of one finding, as it was measured here; so many cells as `_names` gives it."""
    if f.membership:
        found = measured.membership if measured else None
        told = next((t for t in found.told if t.fpr == _fpr(f)), None) if found else None
        yield _share(told.tpr) if told else NONE
        yield f"{found.auc.value:.2f} ({found.auc.low:.2f} to {found.auc.high:.2f})" if found and found.auc else NONE
    if f.theft:
        copy = measured.theft if measured else None
        yield _share(copy.curve[-1].fidelity) if copy and copy.curve else NONE


def _fpr(f: Finding) -> float | None:
    told = asked(f.membership) if f.membership else None
    return told.fpr if told else None


def _private(assessment: Assessment) -> tuple[str, ...]:
    """Why there is no row of differentially private training, where there is none."""
    tried = [t for t in assessment.treatments if t.defence == PRIVATE]
    if any(t.status == "applied" for t in tried):
        return ()
    why = next((f"{wording.plain(t.status)}. {t.reason}" for t in tried), "it was not among the treatments.")
    return (f"Differentially private training (DP-SGD) was not measured: {why}",)


def _share(s: Share) -> str:
    return f"{percent(s.value or 0.0)} ({percent(s.low)} to {percent(s.high)})"


def _percent(m: Measurement | None) -> str:
    return percent(m.value) if m else NONE
