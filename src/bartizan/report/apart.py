"""What a headline rate hides: the class it hits worst, and the precision and recall the use case asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from bartizan.core.classwise import Classes, OneClass, OperatingPoint, Share, Shift
from bartizan.core.finding import Finding
from bartizan.report import wording
from bartizan.report.charts.shifts import Row, shift_bars
from bartizan.report.numbers import THIN, percent, quantity

MOST = 12
HOW = "Bar: what is left, with its interval; upright line: clean; between them, what is lost."


@dataclass(frozen=True)
class Apart:
    """A drawing with its question, the answer in words, and how to read it."""

    question: str
    answer: str
    how: str
    chart: Markup


def apart(finding: Finding, metric: Mapping[str, Any], names: Sequence[str]) -> list[Apart]:
    """A figure of the classes and one of the operating point, as far as they were worked out.

    metric: of the use case, with its floors; names: of the classes.
    """
    found = []
    if finding.classes is not None and len([c for c in finding.classes.each if c.attacked.n]) > 1:
        found.append(_classes(finding.classes))
    if finding.operating_point is not None:
        point = _point(finding.operating_point, metric.get("floor") or {}, names)
        found.append(point if found else replace(point, how=f"{HOW} {point.how}"))  # said once for both
    return found


def worst(classes: Classes) -> str:
    """The worst class in one sentence: `9: 12 % of 21 right under attack (1 % to 40 %), 95 % clean`."""
    c = classes.lowest
    right = _of(c.attacked)
    alike = sum(other.attacked.value == c.attacked.value for other in classes.each) - 1
    also = f" (and {alike} no better)" if alike else ""
    return f"{named(c)}{also}: {right} right {under(classes.under)}, {_percent(c.clean)} clean"


def _classes(classes: Classes) -> Apart:
    by_accuracy = sorted(classes.each, key=lambda c: (c.attacked.value is None, c.attacked.value or 0.0, c.label))
    shown = classes.each if len(classes.each) <= MOST else tuple(by_accuracy[:MOST])
    seen = [c for c in classes.each if c.attacked.n]
    said = [f"Worst is {worst(classes)}."]
    if len(seen) < len(classes.each):
        without = ", ".join(named(c) for c in classes.each if not c.attacked.n)
        said.append(f"No example, so nothing is known of: {without}.")
    if len(shown) < len(classes.each):
        said.append(f"The {len(shown)} worst of {quantity(len(classes.each))} are drawn; all are in assessment.json.")
    rows = [Row(named(c), c.clean, c.attacked) for c in shown]
    label = f"Accuracy by class, clean and {under(classes.under)}"
    return Apart("Which classes?", " ".join(said), f"{HOW} Intervals: {classes.method}.", shift_bars(rows, label))


def _point(point: OperatingPoint, floor: Mapping[str, Any], names: Sequence[str]) -> Apart:
    where, these = under(point.under), " or ".join(_called(c, names) for c in point.positive)
    said = [
        f"Of what is called {these}, {_change(point.precision, where, 'nothing is called so')} is right (precision); "
        f"of what is {these}, {_change(point.recall, where, 'there is no example')} is found (recall)."
    ]
    if not point.aimed and not point.under:
        said.append("The attacks sought any wrong answer; one that aims at this line might do more.")
    how = []
    limits = {name: floor.get(name) for name in ("precision", "recall")}
    if any(v is not None for v in limits.values()):
        how.append("Dashed: the least the use case tolerates.")
    method = point.method.replace(" %", f"{THIN}%")
    how.append(f"Decision: {point.rule}. Intervals: {method}.")
    rows = [
        Row("precision", point.precision.clean, point.precision.attacked, limits["precision"], "none called so"),
        Row("recall", point.recall.clean, point.recall.attacked, limits["recall"], "no example"),
    ]
    drawn: Markup = shift_bars(rows, f"Precision and recall, clean and {where}")
    return Apart("Precision and recall?", " ".join(said), " ".join(how), drawn)


def _change(shift: Shift, where: str, nothing: str) -> str:
    """`12 % of 40 (5 % to 24 %) under attack and 95 % clean`; 0/0 is said."""
    clean = f"{_percent(shift.clean)} clean" if shift.clean.n else f"none of none clean ({nothing})"
    if not shift.attacked.n:
        return f"none of none {where} ({nothing}) and {clean}"
    return f"{_of(shift.attacked)} {where} and {clean}"


def _of(share: Share) -> str:
    return f"{_percent(share)} of {quantity(share.n)} ({percent(share.low)} to {percent(share.high)})"


def _percent(share: Share) -> str:
    return "–" if share.value is None else percent(share.value)


def under(condition: str) -> str:
    """`under attack`, or the condition of a hazard."""
    return f"under {wording.plain(condition)}" if condition else "under attack"


def named(c: OneClass) -> str:
    """The name of a class, or else its number."""
    return c.name or str(c.label)


def _called(label: int, names: Sequence[str]) -> str:
    return names[label] if 0 <= label < len(names) else f"class {label}"
