"""What a limit of queries did to the trials that were run again, and what takes it away, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from bartizan.core.access import Budget
from bartizan.core.evidence import Evidence
from bartizan.core.treatment import Treatment
from bartizan.report.wording import counted


def said(treatment: Treatment, evidence: Iterable[Evidence]) -> str:
    """Nothing of treatments that left all trials their queries."""
    known = {e.trial.name: e for e in evidence}
    again = [e for e in known.values() if e.trial.subject.treatments == (treatment.id,)]
    lowered = list(_lowered(known, again))
    if not lowered:
        return ""
    most, left = max(lowered, key=lambda pair: pair[0] / pair[1])
    held = int(treatment.params.get("accounts", 1))
    return (
        f"{counted(len(lowered), 'trials')} of {len(again)} had fewer queries than before; the others need no more, or "
        f"ask nobody, and are the same trials. {counted(math.ceil(most / left) * held, 'accounts')} have together the "
        f"queries of the trial that lost most ({most:,} before, {left:,} now), and so its rate before; so has who "
        "waits, where the limit is a day's."
    )


def _lowered(known: dict[str, Evidence], again: Iterable[Evidence]) -> Iterator[tuple[int, int]]:
    """Queries before and after, of each trial that lost some."""
    for e in again:
        before = known.get(e.trial.name.partition("|")[0])
        one, other = (_queries(t.trial.budget) if t else None for t in (before, e))
        if one is not None and other is not None and other < one:
            yield one, other


def _queries(budget: Budget) -> int | None:
    return budget.queries_per_example or budget.queries
