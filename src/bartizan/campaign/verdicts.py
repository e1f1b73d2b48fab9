"""The verdict on what was read, with its reason in a sentence."""

from __future__ import annotations

from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Outcome, Verdict
from bartizan.numerics.levels import STUDENT

from .bench import Bench, Judged

_FEW_SEEDS = 5


def decided(bench: Bench, found: Judged) -> tuple[Verdict, str]:
    """Exploited, resisted or inconclusive, by the interval and by what raises a doubt."""
    rate, allowed = found.rate, found.allowed.rate
    seen = f"{rate.estimand} {rate.value:.3g} [{rate.low:.3g}, {rate.high:.3g}], n = {rate.n}{_worst_of(rate)}"
    few = _few(rate)
    if found.exploited:
        return Verdict.EXPLOITED, f"{seen}: even the lower end is above the tolerated {allowed:g}.{few}"
    if rate.high > allowed:
        return Verdict.INCONCLUSIVE, f"{_left_open(found, seen)} the tolerated {allowed:g}; more data is needed.{few}"
    doubt = found.reading.doubt(bench.evidence)
    if doubt:
        return Verdict.INCONCLUSIVE, f"{seen}: within the tolerated {allowed:g}, but {doubt}."
    return Verdict.RESISTED, f"{seen}: even the upper end is within the tolerated {allowed:g}.{few}"


def _worst_of(rate: Rate) -> str:
    return f", the worst of {rate.points}" if rate.points > 1 else ""


def _left_open(found: Judged, seen: str) -> str:
    """A trial on few examples may have a lower rate and yet bound it less: it is named when it is not the worst."""
    point, allowed = found.reading.open_at(found.allowed.rate), found.allowed.rate
    m = point.measured
    if len(found.reading.points) == 1 or (m.value, m.n) == (found.rate.value, found.rate.n):
        return f"{seen}: the interval contains"
    names = ", ".join(e.trial.name for e in point.trials)
    between = "contains" if m.low <= allowed else "is above"
    return f"{seen}: {m.value:.3g} [{m.low:.3g}, {m.high:.3g}], n = {m.n} in {names} {between}"


def _few(rate: Rate) -> str:
    """A warning where the mean over retrainings rests on few of them."""
    if not rate.method.startswith(STUDENT) or rate.n >= _FEW_SEEDS:
        return ""
    return f" Only {rate.n} retraining {'seed' if rate.n == 1 else 'seeds'}: fewer than {_FEW_SEEDS} say little."


def why_untested(bench: Bench, v: Vulnerability, trials: list[Evidence]) -> str:
    """Why nothing was measured."""
    reasons = [f"{e.trial.plugin}: {e.reason}" for e in trials if e.outcome is not Outcome.MEASURED]
    reasons += [u.reason for u in bench.plan.untested if u.vulnerability == v.id]
    return "; ".join(dict.fromkeys(reasons)) or "no trial was planned"
