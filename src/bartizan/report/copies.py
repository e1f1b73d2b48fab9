"""The theft of a model in plain words: what a copy agrees on, what it costs, what it is worth to the next attack."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.classwise import Share
from bartizan.core.finding import Measures
from bartizan.core.leak import CopyAt, NextAttack, Theft
from bartizan.report import wording
from bartizan.report.numbers import THIN, percent, quantity
from bartizan.report.table import Got, Table

UNKNOWN = "What it cost is unknown: the description states no price of a query (interfaces, query_eur)."


def got(measures: Measures) -> Got | None:
    """None where nobody copied the model."""
    found = measures.theft
    return Got("What does a copy cost?", said(found), table(found)) if found and found.curve else None


def said(found: Theft) -> tuple[str, ...]:
    """The last copy with its price, what it is better than, and what the next attack gains by it."""
    last = found.curve[-1]
    line = f"After {wording.counted(last.queries, 'queries')} the copy agrees with the model on {_share(last.fidelity)}"
    if last.accuracy is not None:
        line += f" and is itself right on {percent(last.accuracy.value or 0.0)}"
    lines = [line + ".", _price(found, last)]
    if found.own is not None:
        lines.append(f"A model of the adversary's own that never asked agrees on {_share(found.own)}.")
    return (*lines, worth(found.next))


def _price(found: Theft, last: CopyAt) -> str:
    if found.query_eur is None or last.eur is None:
        return UNKNOWN
    return f"At {euros(found.query_eur)} a query it cost {euros(last.eur)}."


def worth(attacks: Iterable[NextAttack]) -> str:
    """`Inputs prepared on it turn 12 % …`: by attacks that asked the model nothing more."""
    parts = [f"{_share(a.turned)} with {wording.unit(a.norm)} ≤ {quantity(a.eps)}" for a in attacks]
    if not parts:
        return "What it is worth to the next attack was not measured: no inputs were prepared on it."
    return f"Of the inputs that the model read rightly, those prepared on the copy alone turn {' and '.join(parts)}."


def table(found: Theft) -> Table:
    """A row for each point of the curve."""
    priced = found.query_eur is not None
    head = ("after", *(("price",) if priced else ()), "agrees with the model", "is right")
    return Table("Copies of the model", head, tuple(_row(c, priced) for c in found.curve))


def _row(c: CopyAt, priced: bool) -> tuple[str, ...]:
    price = (euros(c.eur) if c.eur is not None else "unknown",) if priced else ()
    return (
        wording.counted(c.queries, "queries"),
        *price,
        _share(c.fidelity),
        _share(c.accuracy) if c.accuracy else "–",
    )


def euros(amount: float) -> str:
    """`0.002 €`, `12.50 €`, `1 200 €`; never torn between two lines."""
    whole = amount < 1 or amount >= 1000 or amount == round(amount)
    return f"{quantity(amount) if whole else f'{amount:.2f}'}{THIN}€"


def _share(s: Share) -> str:
    return f"{percent(s.value or 0.0)} ({percent(s.low)} to {percent(s.high)})"
