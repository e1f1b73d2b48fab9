"""Evidence → findings. A finding never says more than its evidence, its scope, and its interval.

exploited     the interval's lower end is above the tolerance
resisted      its upper end is at or below it, as is that of every other trial of the same harm, and at least one
              attack that is more than a baseline passed its positive control and raised no flag
inconclusive  neither
untested      no trial measured anything, with the reason
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bartizan.core import plugins
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Certified, Finding, Rate, Scope, Sensitivity, Tries
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Level, Outcome, ThreatClass, Verdict
from bartizan.knowledge.base import KnowledgeBase

from . import curves
from .adequacy import adequate, is_baseline
from .claims import mark_holm
from .combine import Ball, ball_of, combine
from .rank import ranked
from .tolerance import Tolerance, at_fpr, tolerance


@dataclass(frozen=True)
class Bench:
    """What a judge has before it. `treatments` picks the trials of the treated target; empty: as described."""

    system: System
    kb: KnowledgeBase
    plan: Plan
    evidence: Mapping[str, Evidence]
    arrays: ArrayReader
    today: date
    treatments: tuple[str, ...] = ()


def judge(bench: Bench, vulnerabilities: Iterable[Vulnerability]) -> tuple[Finding, ...]:
    """One finding for each vulnerability, ranked."""
    return mark_holm(ranked([_finding(bench, v) for v in vulnerabilities]))


def _finding(bench: Bench, v: Vulnerability) -> Finding:
    trials = _trials(bench, v.id)
    measured = [e for e in trials if e.outcome is Outcome.MEASURED]
    attacks = [e for e in measured if e.trial.kind != "certifier"]
    allowed = tolerance(bench.system, bench.kb, v, frozenset(_harm(e) for e in attacks))
    rate, used = _rate(bench, v, attacks, allowed)
    allowed = at_fpr(allowed, _measured_fpr(used, allowed.fpr))
    sound = [e for e in used if adequate(bench.evidence, e)]
    verdict, reason = _verdict(rate, allowed, sound, used, _why_untested(bench, v, trials))
    if verdict is Verdict.RESISTED and v.threat_class is not ThreatClass.EVASION:
        verdict, reason = _unless_open(verdict, reason, rate, used, allowed)
    tried = _tries(bench, v, used, allowed)
    flags = sorted({f.id for e in used for f in e.flags if verdict is Verdict.EXPLOITED or f.against == "failures"})
    return Finding(
        id=v.id,
        title=v.title,
        technique=v.technique,
        threat_class=v.threat_class,
        asset=v.asset,
        interface=v.interface,
        verdict=verdict,
        reason=reason,
        tolerance=allowed.rate,
        tolerance_from=allowed.source,
        scope=_scope(bench, used),
        severity=bench.kb.tables.severity.severity(v.impact, _effort(bench, v, verdict, tried)),
        confidence=_confidence(verdict, rate, flags, sound),
        rate=rate,
        tries=tried,
        sensitivity=_sensitivity(bench, v, used, rate),
        knowledge=curves.ladder(_rungs(bench, v, used, rate, allowed.fpr)),
        certified=_certified(e for e in measured if e.trial.kind == "certifier"),
        evidence=tuple(e.id for e in trials),
        flags=tuple(flags),
        accepted=_accepted(bench, v.id),
        rank=v.rank,
        rank_low=v.rank_low,
        rank_high=v.rank_high,
    )


def _trials(bench: Bench, finding: str) -> list[Evidence]:
    return [
        e
        for e in bench.evidence.values()
        if finding in e.trial.answers and e.trial.subject.treatments == bench.treatments and e.trial.kind != "defense"
    ]


def _harm(evidence: Evidence) -> str:
    return plugins.attack(evidence.trial.kind, evidence.trial.plugin).spec.harm


def _rate(
    bench: Bench, v: Vulnerability, attacks: list[Evidence], allowed: Tolerance
) -> tuple[Rate | None, list[Evidence]]:
    """The rate a finding is judged by, and the trials it rests on."""
    if v.threat_class is ThreatClass.EVASION:
        chosen = _ball(attacks, allowed)
        used = [e for e in attacks if ball_of(e) == chosen] if chosen else []
        both = combine(used, bench.arrays)
        return (both.rate("robust_error"), used) if both else (None, [])
    return _worst(attacks, allowed)


def _ball(attacks: list[Evidence], allowed: Tolerance) -> Ball | None:
    """The ball the gate asks for, or else the one that most trials attacked (the first planned among equals)."""
    balls = [b for e in attacks if (b := ball_of(e)) is not None]
    if allowed.norm is not None and allowed.eps is not None and (allowed.norm, allowed.eps) in balls:
        return allowed.norm, allowed.eps
    return max(dict.fromkeys(balls), key=balls.count, default=None)


def _worst(attacks: list[Evidence], allowed: Tolerance) -> tuple[Rate | None, list[Evidence]]:
    """The point with the highest lower end over all trials and, within the budget of each, over its whole curve."""
    found = [(m, e) for e in attacks for m in _points(e, allowed.fpr)]
    if not found:
        return None, []
    m, _ = max(found, key=lambda pair: (pair[0].low, pair[0].value))
    rate = Rate(estimand=m.estimand, value=m.value, low=m.low, high=m.high, n=m.n, method=m.method)
    return rate, list({e.id: e for _, e in found}.values())


def _unless_open(
    verdict: Verdict, reason: str, rate: Rate | None, used: list[Evidence], allowed: Tolerance
) -> tuple[Verdict, str]:
    """A trial on few examples may have a lower rate and yet bound it less: what it leaves open is not resisted."""
    points = [(m, e) for e in used for m in _points(e, allowed.fpr) if rate and m.estimand == rate.estimand]
    m, e = max(points, key=lambda pair: pair[0].high)
    if m.high <= allowed.rate:
        return verdict, reason
    seen = f"{m.estimand} {m.value:.3g} [{m.low:.3g}, {m.high:.3g}], n = {m.n}"
    return (
        Verdict.INCONCLUSIVE,
        f"{seen} in {e.trial.name}: the interval contains the tolerated {allowed.rate:g}; more data is needed.",
    )


def _points(evidence: Evidence, fpr: float | None) -> list[Measurement]:
    """The measurements of the harm; of several false-positive rates, the one a gate asks for, or else the lowest."""
    points = [m for m in evidence.measurements if m.estimand == _harm(evidence)]
    rates = sorted({float(m.at["fpr"]) for m in points if "fpr" in m.at})
    if not rates:
        return points
    chosen = fpr if fpr in rates else rates[0]
    return [m for m in points if m.at.get("fpr") == chosen]


def _measured_fpr(used: list[Evidence], asked: float | None) -> float | None:
    """The false-positive rate the finding is judged at, or None where there is none."""
    rates = [float(m.at["fpr"]) for e in used for m in _points(e, asked) if "fpr" in m.at]
    return max(rates, default=None)


def _verdict(
    rate: Rate | None, allowed: Tolerance, sound: list[Evidence], used: list[Evidence], why: str
) -> tuple[Verdict, str]:
    if rate is None:
        return Verdict.UNTESTED, why
    seen = f"{rate.estimand} {rate.value:.3g} [{rate.low:.3g}, {rate.high:.3g}], n = {rate.n}"
    if rate.low > allowed.rate:
        return Verdict.EXPLOITED, f"{seen}: even the lower end is above the tolerated {allowed.rate:g}."
    if rate.high > allowed.rate:
        return (
            Verdict.INCONCLUSIVE,
            f"{seen}: the interval contains the tolerated {allowed.rate:g}; more data is needed.",
        )
    if not sound:
        flagged = sorted({f.id for e in used for f in e.flags if f.against == "failures"})
        doubt = f"raised {', '.join(flagged)}" if flagged else "did not pass its positive control"
        if all(is_baseline(e) for e in used):
            doubt = "is only a baseline that any real attack must beat"
        return Verdict.INCONCLUSIVE, f"{seen}: within the tolerated {allowed.rate:g}, but every attack {doubt}."
    return Verdict.RESISTED, f"{seen}: even the upper end is within the tolerated {allowed.rate:g}."


def _why_untested(bench: Bench, v: Vulnerability, trials: list[Evidence]) -> str:
    reasons = [f"{e.trial.plugin}: {e.reason}" for e in trials if e.outcome is not Outcome.MEASURED]
    reasons += [u.reason for u in bench.plan.untested if u.vulnerability == v.id]
    return "; ".join(dict.fromkeys(reasons)) or "no trial was planned"


def _scope(bench: Bench, used: list[Evidence]) -> Scope:
    both = [*used, *(earlier for e in used for earlier in _built_on(bench, e))]
    budgets = sorted({b for e in both if (b := _budget(e))})
    return Scope(
        attacks=tuple(sorted({f"{e.trial.plugin}/{e.trial.version}" for e in used})),
        access=tuple(sorted({_access_of(bench, e) for e in used})),
        budget="; ".join(budgets),
        data=", ".join(sorted({f"{e.trial.examples:,} examples" for e in used if e.trial.examples > 1})),
    )


def _budget(evidence: Evidence) -> str:
    b, parts = evidence.trial.budget, []
    if b.queries_per_example:
        parts.append(f"{b.queries_per_example:,} queries an example")
    if b.queries:
        parts.append(f"{b.queries:,} queries in all")
    if b.records:
        used = [int(m.at["records"]) for m in evidence.measurements if "records" in m.at]
        parts.append(f"up to {max(used):,} of {b.records:,} records" if used else f"{b.records:,} records")
    return ", ".join(parts)


def _effort(bench: Bench, v: Vulnerability, verdict: Verdict, tried: Tries | None) -> Level:
    """A hazard takes no effort; what was not tested or not settled is planned for as little effort."""
    if verdict is Verdict.RESISTED:
        return Level.HIGH
    if v.source_kind == "hazard" or verdict is not Verdict.EXPLOITED or tried is None:
        return Level.LOW
    try:
        return bench.kb.tables.effort.effort(tried.unit, tried.median)
    except KeyError:
        return Level.UNKNOWN


def _confidence(verdict: Verdict, rate: Rate | None, flags: list[str], sound: list[Evidence]) -> Level:
    if rate is None:
        return Level.LOW
    if verdict is Verdict.EXPLOITED:
        return Level.HIGH if rate.n >= 30 and not flags else Level.MEDIUM
    if verdict is Verdict.RESISTED:
        return Level.HIGH if len({e.trial.plugin for e in sound}) > 1 and rate.n >= 100 else Level.MEDIUM
    return Level.LOW


def _tries(bench: Bench, v: Vulnerability, used: list[Evidence], allowed: Tolerance) -> Tries | None:
    """A copy is made once: what counts is the queries it took, not those after which single examples agree."""
    if v.threat_class is ThreatClass.MODEL_EXTRACTION:
        return curves.theft((m for e in used for m in _points(e, allowed.fpr)), allowed.rate)
    return curves.tries(used, bench.arrays)


def _sensitivity(bench: Bench, v: Vulnerability, used: list[Evidence], rate: Rate | None) -> Sensitivity | None:
    """Attacks in one ball are put together. Elsewhere it is that of the trial that set the rate: conditions have units
    of their own, and how little blur it takes says nothing of a rate under skew."""
    sized = [e for e in used if e.size_unit]
    if v.threat_class is not ThreatClass.EVASION and rate is not None:
        sized = [e for e in sized if _sets(e, rate)]
    if not sized:
        return None
    both = combine([e for e in sized if e.size_unit == sized[0].size_unit], bench.arrays)
    return curves.sensitivity(both.size, sized[0].size_unit) if both else None


def _sets(evidence: Evidence, rate: Rate) -> bool:
    """Whether the rate of a finding is a measurement of this trial."""
    points = ((m.estimand, m.value, m.n) for m in evidence.measurements)
    return (rate.estimand, rate.value, rate.n) in points


def _rungs(
    bench: Bench, v: Vulnerability, used: list[Evidence], rate: Rate | None, fpr: float | None
) -> list[tuple[str, Measurement]]:
    """What every trial of the same class and harm on the same asset reached, by access; within one ball, where there
    is one. Nothing for what was not tested: the rates of another technique say nothing of it."""
    if v.source_kind == "hazard" or rate is None or not used:
        return []  # the world knows nothing
    ball = ball_of(used[0])
    return [
        (_access_of(bench, e), m)
        for e in bench.evidence.values()
        if _same_subject(bench, v, e) and _class_of(bench, e) is v.threat_class and ball in (None, ball_of(e))
        for m in _points(e, fpr)
        if m.estimand == rate.estimand
    ]


def _access_of(bench: Bench, evidence: Evidence) -> str:
    """The access a result took: a copy that was made with scores is not made without them."""
    return curves.highest(e.trial.access.name for e in (evidence, *_built_on(bench, evidence)))


def _built_on(bench: Bench, evidence: Evidence) -> list[Evidence]:
    """The evidence of the trials whose artifacts a trial needs."""
    return [bench.evidence[name] for name in evidence.trial.after if name in bench.evidence]


def _same_subject(bench: Bench, v: Vulnerability, e: Evidence) -> bool:
    on = e.trial.subject.id == v.asset and e.trial.subject.treatments == bench.treatments
    return on and e.outcome is Outcome.MEASURED and e.trial.kind in ("attack", "hazard")


def _class_of(bench: Bench, evidence: Evidence) -> ThreatClass | None:
    threats = plugins.attack(evidence.trial.kind, evidence.trial.plugin).spec.threats
    return bench.kb.threats[threats[0]].threat_class if threats and threats[0] in bench.kb.threats else None


def _certified(evidence: Iterable[Evidence]) -> tuple[Certified, ...]:
    return tuple(
        Certified(
            object="+".join((e.trial.subject.id, *e.trial.subject.treatments)),
            norm=str(m.at.get("norm", "linf")),
            eps=float(m.at.get("eps", 0.0)),
            share=m.value,
            low=m.low,
            high=m.high,
            n=m.n,
        )
        for e in evidence
        for m in e.measurements
        if m.estimand == "certified_share"
    )


def _accepted(bench: Bench, finding: str) -> str | None:
    for risk in bench.system.accepted:
        if risk.finding == finding:
            over = " (expired: no longer counts)" if risk.until < bench.today else ""
            return f"accepted by {risk.by} until {risk.until.isoformat()}: {risk.why}{over}"
    return None
