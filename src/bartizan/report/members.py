"""Membership in plain words: how many of a thousand records are told, at how few false accusations."""

from __future__ import annotations

from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import Membership, ToldAt
from bartizan.report.numbers import percent, quantity
from bartizan.report.table import Got, Table

HEAD = ("false accusations at most", "members told", "outsiders really accused", "members at the rate itself")
HOW = (
    "Members told: above a threshold that, set on one half of the outsiders, keeps to the rate with 95 % confidence; "
    "outsiders really accused: of the other half. The verdict goes by the last column, whose interval bears that the "
    "threshold is estimated."
)


def got(measures: Measures) -> Got | None:
    """None where nobody told records of the training set from others."""
    found = measures.membership
    if found is None or not found.told:
        return None
    return Got("Whose records?", said(found), table(found))


def said(found: Membership) -> tuple[str, ...]:
    """The sentence at the strictest rate, whether chance explains it, and what a stricter one would take."""
    told = found.strictest
    if told is None:
        return ()
    lines = [sentence(told)]
    if told.members.low <= told.fpr:
        lines.append("So few may be told by chance alone, so no leak is shown at this rate.")
    lines.append(f"Of {quantity(told.realised.n)} other outsiders {_accused(told.realised)}.")
    if found.next_fpr is not None and found.next_outsiders is not None:
        lines.append(
            f"To speak of one false accusation in {quantity(round(1 / found.next_fpr))}, "
            f"{quantity(found.next_outsiders)} outsiders are needed; there were {quantity(found.outsiders)}."
        )
    return tuple(lines)


def asked(found: Membership) -> ToldAt | None:
    """At the highest rate that was measured: the one that every treatment can be compared at."""
    return max(found.told, key=lambda t: t.fpr, default=None)


def sentence(told: ToldAt) -> str:
    """`42 of 1 000 training records can be told from outsiders with at most one false accusation in 1 000`."""
    of = 1000 if told.members.n >= 1000 else max(told.members.n, 1)
    k, low, high = (_count(v, of) for v in (told.members.value or 0.0, told.members.low, told.members.high))
    return (
        f"{k} of {quantity(of)} training records can be told from outsiders with at most {accusations(told.fpr)} "
        f"(between {low} and {high})."
    )


def accusations(fpr: float) -> str:
    """`one false accusation in 1 000`."""
    return f"one false accusation in {quantity(round(1 / fpr))}"


def table(found: Membership) -> Table:
    """A row for each rate that was measured; the area under the whole curve below."""
    rows = tuple(
        (f"one in {quantity(round(1 / t.fpr))}", _share(t.members), _share(t.realised), _share(t.tpr))
        for t in found.told
    )
    area = found.auc
    notes = (f"Area under the whole curve: {_area(area)}; 0.5 is guessing.",) if area else ()
    return Table("Members told from outsiders", HEAD, rows, (HOW, *notes))


def _count(share: float, of: int) -> str:
    """Whole records; parts of one where there are fewer than ten."""
    k = share * of
    return quantity(round(k)) if k >= 10 or k == round(k) else f"{k:.1f}"


def _share(s: Share) -> str:
    return f"{percent(s.value or 0.0)} ({percent(s.low)} to {percent(s.high)})"


def _accused(s: Share) -> str:
    k = round((s.value or 0.0) * s.n)
    return f"{quantity(k)} {'was' if k == 1 else 'were'} falsely accused ({percent(s.low)} to {percent(s.high)})"


def _area(s: Share) -> str:
    return f"{s.value:.2f} ({s.low:.2f} to {s.high:.2f})"
