"""Many findings at once: which claims of exploitation still hold when all of them are tested together."""

from __future__ import annotations

from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Verdict
from bartizan.numerics.holm import holm

_LEVEL = 0.025  # one-sided, as the lower end of a two-sided 95 % interval


def mark_holm(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Set `holm` on every exploited finding: True when its claim survives Holm's adjustment over all tested ones.

    Each finding brings its own p-value, by the method of its interval and adjusted for the points it is the worst of.
    """
    tested = {f.id: f.p for f in findings if f.p is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return tuple(
        f.model_copy(update={"holm": bool(adjusted[f.id] <= _LEVEL)})
        if f.verdict is Verdict.EXPLOITED and f.id in adjusted
        else f
        for f in findings
    )
