"""One stated order of findings, and how far each could move.

Exploited before inconclusive and untested (which are equally open), before resisted; then by severity; then by the
lower end of the rate; then as the vulnerabilities were ranked. `rank_low` and `rank_high` bound the place of a finding
when its own severity is judged one step lower or higher while the others stay.
"""

from __future__ import annotations

from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Verdict

RULE = " ".join((__doc__ or "").split())

_VERDICT = {Verdict.EXPLOITED: 0, Verdict.INCONCLUSIVE: 1, Verdict.UNTESTED: 1, Verdict.RESISTED: 2}
_SEVERITY = ("critical", "high", "medium", "low")

Key = tuple[int, int, float, int, str]


def ranked(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings in order, numbered from 1, each with the range of its rank. `rank` on entry is that of its
    vulnerability."""
    keys = {f.id: _key(f, 0) for f in findings}
    placed = []
    for place, f in enumerate(sorted(findings, key=lambda f: keys[f.id]), 1):
        others = [k for id, k in keys.items() if id != f.id]
        moved = [1 + sum(k < _key(f, step) for k in others) for step in (-1, 0, 1)]
        placed.append(f.model_copy(update={"rank": place, "rank_low": min(moved), "rank_high": max(moved)}))
    return tuple(placed)


def _key(f: Finding, step: int) -> Key:
    severity = min(max(_SEVERITY.index(f.severity) + step, 0), len(_SEVERITY) - 1)
    return _VERDICT[f.verdict], severity, -(f.rate.low if f.rate else 1.0), f.rank, f.id
