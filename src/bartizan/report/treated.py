"""What lies behind the rates of a treatment: its ladder, its classes, its precision and recall, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.core.classwise import Classes, OneClass, OperatingPoint, Share
from bartizan.core.finding import Finding, Rung
from bartizan.core.treatment import Treatment
from bartizan.report import wording
from bartizan.report.apart import MOST, named, under
from bartizan.report.charts.before_after import Row, Span, before_after
from bartizan.report.charts.scale import roof
from bartizan.report.climbs import Climb, climbs, reading, said
from bartizan.report.numbers import percent, quantity


@dataclass(frozen=True)
class Drawn:
    """A drawing about one or more `findings`, what it says in words, and how to read it."""

    findings: tuple[str, ...]
    words: str
    chart: Markup
    how: str = ""


@dataclass(frozen=True)
class Cell:
    """A share as a table says it, and what it is of with its interval."""

    share: str
    rest: str = ""


@dataclass(frozen=True)
class Moved:
    """One quantity of a finding, before and after a treatment."""

    finding: str
    before: Cell
    after: Cell


def ladders(treatment: Treatment, findings: Mapping[str, Finding]) -> list[Drawn]:
    """The ladders before and after. `findings` is by id, here and below."""
    return [Drawn(c.findings, said(c), _ladder(c), reading(c)) for c in climbs(treatment, findings)]


def by_class(treatment: Treatment, findings: Mapping[str, Finding]) -> list[Drawn]:
    """Accuracy by class of each finding that was told apart on both sides."""
    return [Drawn((id,), _beneath(one, other), _classes(one, other)) for id, one, other in _told(treatment, findings)]


def worst_classes(treatment: Treatment, findings: Mapping[str, Finding]) -> list[Moved]:
    """The worst class before and after; it need not be the same class."""
    return [Moved(id, _lowest(one), _lowest(other)) for id, one, other in _told(treatment, findings)]


def operating_points(treatment: Treatment, findings: Mapping[str, Finding]) -> list[tuple[Moved, Moved]]:
    """Precision and recall, attacked, before and after."""
    return [
        (
            Moved(id, cell(one.precision.attacked), cell(other.precision.attacked)),
            Moved(id, cell(one.recall.attacked), cell(other.recall.attacked)),
        )
        for id, one, other in _points(treatment, findings)
    ]


def positive(treatment: Treatment, findings: Mapping[str, Finding]) -> str:
    """What precision and recall are of: `class 1 or class 7`; empty where no use case names classes."""
    found = next(((findings[id], point) for id, point, _ in _points(treatment, findings)), None)
    if found is None:
        return ""
    names = {c.label: c.name for c in found[0].classes.each} if found[0].classes else {}
    return " or ".join(names.get(c) or f"class {c}" for c in found[1].positive)


def cell(share: Share) -> Cell:
    """`12 %`, `of 40, 5 % to 24 %`; of nothing, that."""
    if share.value is None:
        return Cell("none of none")
    return Cell(percent(share.value), f"of {quantity(share.n)}, {percent(share.low)} to {percent(share.high)}")


def _told(treatment: Treatment, findings: Mapping[str, Finding]) -> Iterator[tuple[str, Classes, Classes]]:
    for r in treatment.retests:
        one, other = findings[r.finding].classes if r.finding in findings else None, r.measured.classes
        if one is not None and other is not None and len([c for c in one.each if c.attacked.n]) > 1:
            yield r.finding, one, other


def _points(
    treatment: Treatment, findings: Mapping[str, Finding]
) -> Iterator[tuple[str, OperatingPoint, OperatingPoint]]:
    for r in treatment.retests:
        one, other = findings[r.finding].operating_point if r.finding in findings else None, r.measured.operating_point
        if one is not None and other is not None:
            yield r.finding, one, other


def _ladder(climb: Climb) -> Markup:
    rows = [
        Row(wording.access(s.access), _of_rung(s.before), _of_rung(s.after), _against(s.after, climb.tolerance))
        for s in climb.steps
    ]
    highest = [span.value for row in rows for span in (row.before, row.after) if span]
    end = roof(max([climb.tolerance, *highest]))
    return before_after(rows, "Rate by access", "rate with this access", end=end, limit=climb.tolerance)


def _against(rung: Rung | None, tolerance: float) -> str:
    """The whole interval decides, as it does for a verdict."""
    if rung is None:
        return "open"
    return "over" if rung.low > tolerance else "under" if rung.high <= tolerance else "open"


def _of_rung(rung: Rung | None) -> Span | None:
    return None if rung is None else Span(rung.rate, rung.low, rung.high)


def _classes(before: Classes, after: Classes) -> Markup:
    other = {c.label: c for c in after.each}
    rows = [Row(named(c), _of_share(c), _of_share(other[c.label])) for c in _shown(before) if c.label in other]
    label = f"Accuracy by class, {under(before.under)} before and {under(after.under)} after"
    return before_after(rows, label, "share still right")


def _shown(classes: Classes) -> list[OneClass]:
    """Those with examples; of many the worst."""
    seen = [c for c in classes.each if c.attacked.n]
    return seen if len(seen) <= MOST else sorted(seen, key=lambda c: (c.attacked.value or 0.0, c.label))[:MOST]


def _beneath(before: Classes, after: Classes) -> str:
    one, other = under(before.under), under(after.under)
    seen, shown = [c for c in before.each if c.attacked.n], _shown(before)
    most = f"; the {len(shown)} worst before of {len(seen)}, all in assessment.json" if len(shown) < len(seen) else ""
    return (one if one == other else f"{one}, then {other}") + most


def _of_share(c: OneClass) -> Span | None:
    found = c.attacked
    return None if found.value is None else Span(found.value, found.low, found.high)


def _lowest(classes: Classes) -> Cell:
    """The worst class as `4: 12 %`, with the condition where it is one."""
    found, condition = cell(classes.lowest.attacked), f", {under(classes.under)}" if classes.under else ""
    return Cell(f"{named(classes.lowest)}: {found.share}", found.rest + condition)
