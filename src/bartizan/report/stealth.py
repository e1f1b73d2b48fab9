"""Who would see the poison: what a pass over the training data flags of it, beside what it flags of the rest."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.core.classwise import Share
from bartizan.core.dose import Poison, Seen
from bartizan.core.finding import Measures
from bartizan.report import wording
from bartizan.report.numbers import percent, quantity
from bartizan.report.table import Got, Table

HEAD = ("attack", "dose", "altered and flagged", "others flagged")
HOW = (
    "The pass is the one over training data in hand, at its own cut-offs; a record counts as flagged when any of its "
    "signals flags it. Whoever makes no such pass sees nothing of this."
)


def got(measures: Measures, names: Mapping[str, str]) -> Got | None:
    """None where no pass was made over poisoned data. names: of the attacks, by the id of their evidence."""
    found = [(p, p.seen) for p in measures.poison if p.seen is not None]
    if not found:
        return None
    rows = tuple(_row(p, s, names) for p, s in found)
    return Got(
        "Who would see it?", tuple(_said(p, s, names) for p, s in found[:1]), Table("Stealth", HEAD, rows, (HOW,))
    )


def _said(p: Poison, seen: Seen, names: Mapping[str, str]) -> str:
    """Of the attack that reaches its goal most cheaply: how many of its records a pass flags."""
    hits = f"{_count(seen.altered)} of {wording.counted(seen.altered.n, f'poisoned {p.what}')}"
    others = f"{percent(seen.others.value or 0.0)} of the others"
    alike = seen.altered.low <= (seen.others.value or 0.0)
    told = " No more than that tells the poison from nothing else." if alike else ""
    return f"The pass over the training data flags {hits} ({_name(p, names)}) and {others}.{told}"


def _row(p: Poison, seen: Seen, names: Mapping[str, str]) -> tuple[str, ...]:
    altered = f"{_count(seen.altered)} of {quantity(seen.altered.n)} ({_interval(seen.altered)})"
    others = f"{percent(seen.others.value or 0.0)} ({_interval(seen.others)})"
    return (_name(p, names), wording.counted(seen.amount, p.what), altered, others)


def _count(share: Share) -> str:
    return quantity(round((share.value or 0.0) * share.n))


def _interval(share: Share) -> str:
    return f"{percent(share.low)} to {percent(share.high)}"


def _name(p: Poison, names: Mapping[str, str]) -> str:
    return names.get(p.evidence, wording.plain(p.attack))
