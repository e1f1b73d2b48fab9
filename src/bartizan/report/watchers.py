"""Who would have noticed a theft and who could prove it, in plain words: each detector, whom it accuses, and what hides
a thief from it; the copy among models made without asking."""

from __future__ import annotations

from bartizan.core.leak import Hiding, Noticed, Theft
from bartizan.report.numbers import chance, percent
from bartizan.report.wording import counted

OPEN, SLOW = "in the open", "slow"


def said(found: Theft) -> tuple[str, ...]:
    """One sentence for each detector; nothing where no theft was rehearsed."""
    queries = found.curve[-1].queries if found.curve else 0
    return tuple(_one(n, queries) for n in found.noticed)


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


def _one(noticed: Noticed, queries: int) -> str:
    found = _thief(noticed, OPEN)
    name = f"The {noticed.detector} detector" if "detector" not in noticed.detector else f"The {noticed.detector}"
    if found is None or found.before is None:
        first = f"{name} would not have noticed this theft at all"
    else:
        first = f"{name} would have stopped this theft after {found.before:,} of {queries:,} queries"
    return f"{first}; it accuses {_accused(noticed)}{_hidden(noticed, queries)}."


def _accused(noticed: Noticed) -> str:
    n = noticed.accused.n
    text = f"{round((noticed.accused.value or 0.0) * n)} of {n} honest users"
    if noticed.busy is None:
        return text
    return f"{text}, and {'one' if noticed.busy else 'none'} who asks as much as the thief"


def _hidden(noticed: Noticed, queries: int) -> str:
    """What becomes of it by patience and by accounts."""
    slow = _thief(noticed, SLOW)
    free = [t for t in noticed.thieves if t.accounts > 1 and t.before is None]
    parts = []
    if slow is not None:
        when = "never" if slow.before is None else f"after {slow.before:,} of them"
        parts.append(f"sent among {slow.sent - queries:,} honest queries, {when}")
    if free:
        parts.append(f"spread over {counted(min(t.accounts for t in free), 'accounts')}, never")
    return f"; {'; '.join(parts)}" if parts else ""


def _thief(noticed: Noticed, name: str) -> Hiding | None:
    return next((t for t in noticed.thieves if t.thief == name), None)
