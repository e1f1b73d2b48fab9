"""What poison takes, in plain words: the least dose that reached its goal, its price, the accounts, and every dose."""

from __future__ import annotations

from collections.abc import Mapping

from bartizan.core.dose import DoseAt, Poison
from bartizan.core.finding import Finding, Measures
from bartizan.report import wording
from bartizan.report.copies import euros
from bartizan.report.numbers import percent, quantity
from bartizan.report.table import Got, Table

NONE = "–"
KEYS = {"labels": "label_eur", "records": "record_eur"}


def got(measures: Measures, names: Mapping[str, str]) -> Got | None:
    """None where nobody wrote training data. names: of the attacks, by the id of their evidence."""
    found = measures.poison
    return Got("What does the poison take?", said(found, names), table(found, names)) if found else None


def said(found: tuple[Poison, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """The least dose with its price, how the price is made up, and what is not priced."""
    first = found[0]
    return (_least(first, names), *_made_up(first), *_unpriced(found))


def taken(p: Poison, d: DoseAt) -> str:
    """`10 € and 3 accounts`; empty where the description says neither."""
    parts = [*([] if d.eur is None else [euros(d.eur)])]
    parts += [] if d.accounts is None else [wording.counted(d.accounts, "accounts")]
    return " and ".join(parts)


def dose(p: Poison, d: DoseAt) -> str:
    """`250 labels, 10 € and 3 accounts`."""
    return ", ".join(part for part in (wording.counted(d.amount, p.what), taken(p, d)) if part)


def price_of(finding: Finding, amount: float, unit: str) -> str:
    """What so many of them take, with the brackets: ` (10 € and 3 accounts)`; empty where no trial of the finding wrote
    just so many, or nobody said what they cost."""
    told = (taken(p, d) for p in finding.poison if p.what == unit for d in p.doses if d.amount == amount)
    price = next((t for t in told if t), "")
    return f" ({price})" if price else ""


def _least(p: Poison, names: Mapping[str, str]) -> str:
    name = _name(p, names)
    if p.least is None:
        most = p.doses[-1]
        cost = f" at {price}" if (price := taken(p, most)) else ""
        return f"No dose that was tried reached its goal, up to {wording.counted(most.amount, p.what)}{cost} ({name})."
    smallest = ", the smallest dose that was tried" if p.least == p.doses[0] else ""
    cost = f": {price}" if (price := taken(p, p.least)) else ""
    done = f"{wording.counted(p.least.amount, p.what)}{smallest} ({_goal(p.least)})"
    return f"{wording.capital(name)} reaches its goal with {done}{cost}."


def _made_up(p: Poison) -> tuple[str, ...]:
    """`A label costs 0.04 €; an account may contribute 100 at most and costs 2 €.`"""
    c, parts = p.contributing, []
    if c is None:
        return ()
    if p.each is not None:
        parts.append(f"a {wording.one(p.what)} costs {euros(p.each)}")
    if c.account_records is not None:
        price = "" if c.account_eur is None else f" and costs {euros(c.account_eur)}"
        parts.append(f"an account may contribute {quantity(c.account_records)} at most{price}")
    return (f"By the description {', '.join(parts)}.",) if parts else ()


def _unpriced(found: tuple[Poison, ...]) -> tuple[str, ...]:
    """Which prices are missing, and where they can be given."""
    missing = dict.fromkeys((p.what, p.data) for p in found if p.each is None)
    return tuple(
        f"What {what} cost whoever contributes them is unknown: a price can be given in the description (assets.data"
        f"{f', {data}' if data else ''}, contributing: {KEYS[what]})."
        for what, data in missing
    )


def table(found: tuple[Poison, ...], names: Mapping[str, str]) -> Table:
    """A row for each dose of each attack."""
    every = [(p, d) for p in found for d in p.doses]
    priced, counted = any(d.eur is not None for _, d in every), any(d.accounts is not None for _, d in every)
    head = ("attack", "dose", *(("price",) if priced else ()), *(("accounts",) if counted else ()), "effect", "goal")
    rows = tuple(_row(p, d, _name(p, names), priced, counted) for p, d in every)
    return Table("Doses of poison", head, rows)


def _row(p: Poison, d: DoseAt, name: str, priced: bool, counted: bool) -> tuple[str, ...]:
    price = (NONE if d.eur is None else euros(d.eur),) if priced else ()
    accounts = (NONE if d.accounts is None else quantity(d.accounts),) if counted else ()
    effect = f"{percent(d.harm.value or 0.0)} ({percent(d.harm.low)} to {percent(d.harm.high)})"
    return (name, wording.counted(d.amount, p.what), *price, *accounts, effect, _goal(d))


def _goal(d: DoseAt) -> str:
    return f"{round((d.goal.value or 0.0) * d.goal.n)} of {wording.counted(d.goal.n, 'retrainings')}"


def _name(p: Poison, names: Mapping[str, str]) -> str:
    return names.get(p.evidence, wording.plain(p.attack))
