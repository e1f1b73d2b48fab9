"""Many findings at once: which claims of exploitation still hold when all of them are tested together."""

from __future__ import annotations

from bartizan.core.finding import Finding
from bartizan.core.vocabulary import Verdict
from bartizan.numerics.holm import holm

_LEVEL = 0.025  # one-sided, as the lower end of a two-sided 95 % interval


def mark_holm(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Set `holm` on every exploited finding: True when its claim survives Holm's adjustment over all tested ones."""
    tested = [f for f in findings if f.rate is not None and f.rate.n > 0]
    adjusted = dict(zip((f.id for f in tested), holm([_p(f) for f in tested]), strict=True))
    return tuple(
        f.model_copy(update={"holm": bool(adjusted[f.id] <= _LEVEL)})
        if f.verdict is Verdict.EXPLOITED and f.id in adjusted
        else f
        for f in findings
    )


def _p(f: Finding) -> float:
    """Chance of at least this many successes were the rate just the tolerance; a full count is no sample."""
    from scipy.stats import binom

    assert f.rate is not None
    if f.rate.low == f.rate.high:
        return 0.0 if f.rate.value > f.tolerance else 1.0
    return float(binom.sf(round(f.rate.value * f.rate.n) - 1, f.rate.n, f.tolerance))
