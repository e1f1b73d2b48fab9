"""Who would have noticed a theft, and who could prove it: detectors, whom they accuse and what hides a thief from them;
the copy among models made without asking."""

from __future__ import annotations

from bartizan.core.finding import Measures
from bartizan.core.leak import Hiding, Noticed, Theft
from bartizan.report.numbers import chance, percent, quantity
from bartizan.report.table import Got, Table
from bartizan.report.wording import counted

OPEN, SLOW = "in the open", "slow"
HOW = (
    "After how many of the theft's queries the first alarm comes. One detector alone, its threshold set on honest "
    "users made of the data at hand; those accused are others than it was set on."
)


def got(measures: Measures) -> Got | None:
    """None where no theft was rehearsed and no proof tried."""
    found = measures.theft
    if found is None or not (found.noticed or found.proof):
        return None
    return Got("Who would have noticed?", (*said(found), *proven(found)), table(found))


def said(found: Theft) -> tuple[str, ...]:
    """The detector that would have stopped the theft first, or that none would."""
    if not found.noticed:
        return ()
    queries = quantity(found.curve[-1].queries) if found.curve else "no"
    stops = {n.detector: t.before for n in found.noticed if (t := _thief(n, OPEN)) is not None and t.before is not None}
    if not stops:
        return (f"None of {counted(len(found.noticed), 'detectors')} would have noticed this theft.",)
    first = min(stops, key=lambda name: stops[name])
    return (
        f"Of {queries} queries, {quantity(stops[first])} were answered before {_named(first)} would have spoken up.",
    )


def table(found: Theft) -> Table:
    """A row for each detector."""
    head = ("detector", "in the open", "slowly, among honest queries", "from several accounts", "honest users accused",
            "one who asks as much")  # fmt: skip
    return Table(
        "Alarms during the theft", head, tuple(_row(n) for n in found.noticed), (HOW,) if found.noticed else ()
    )


def _row(noticed: Noticed) -> tuple[str, ...]:
    n = noticed.accused.n
    busy = "–" if noticed.busy is None else ("accused" if noticed.busy else "left alone")
    accused = f"{round((noticed.accused.value or 0.0) * n)} of {n}"
    return (
        noticed.detector,
        _when(_thief(noticed, OPEN)),
        _when(_thief(noticed, SLOW)),
        _spread(noticed),
        accused,
        busy,
    )


def _when(found: Hiding | None) -> str:
    if found is None:
        return "–"
    return "no alarm" if found.before is None else f"after {quantity(found.before)}"


def _spread(noticed: Noticed) -> str:
    """The fewest accounts that hide the theft; where none of those tried do, the most of them with their alarm."""
    many = sorted((t for t in noticed.thieves if t.accounts > 1), key=lambda t: t.accounts)
    free = [t for t in many if t.before is None]
    if not many:
        return "–"
    shown = free[0] if free else many[-1]
    return f"{_when(shown)} ({counted(shown.accounts, 'accounts')})"


def _named(detector: str) -> str:
    return f"the {detector}" if "detector" in detector else f"the {detector} detector"


def proven(found: Theft) -> tuple[str, ...]:
    """One sentence where a proof was tried."""
    proof = found.proof
    if proof is None:
        return ()
    least = f"the nearest of {proof.controls} models made without asking is {percent(proof.nearest)}"
    copy = f"the copy is {percent(proof.likeness)} like the model where such models are least"
    alike = f"{copy}, {least} ({chance(proof.p)})"
    if proof.copied:
        return (f"Its owner could prove the theft: {alike}.",)
    return (f"Its owner could not prove the theft: {alike}, which is no difference to go by.",)


def _thief(noticed: Noticed, name: str) -> Hiding | None:
    return next((t for t in noticed.thieves if t.thief == name), None)
