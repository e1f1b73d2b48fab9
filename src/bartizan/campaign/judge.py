"""Evidence → findings. A finding never says more than its evidence, its scope, and its interval.

exploited     the interval's lower end is above the tolerance; where it is the worst of several estimates (trials,
              doses, conditions), the end at a level so much stricter
resisted      the upper end of every estimate is at or below it, and in every part of the claim (each condition of the
              operating domain, each ball) at least one attack that is more than a baseline passed its positive control
              and raised no flag
inconclusive  neither
untested      no trial measured anything, with the reason
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bartizan.core import plugins
from bartizan.core.artifact import Flag
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Certified, Finding, Rate, Rung, Scope, Sensitivity, Tries
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Level, Outcome, ThreatClass, Verdict
from bartizan.knowledge.base import KnowledgeBase
from bartizan.numerics.levels import STUDENT

from . import curves
from .adequacy import adequate
from .by_class import told_apart
from .claims import mark_holm
from .combine import Ball, combine
from .ladder import access_of, built_on, ladder, rung_of
from .rank import ranked
from .reading import ROBUST, Point, Reading, balls_of, condition_of, harm_of, measured_fpr, read
from .tolerance import Tolerance, at_fpr, tolerance

_FEW_SEEDS = 5


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


@dataclass(frozen=True)
class Judged:
    """One harm as it was read, and what is tolerated. of: how many estimates, of every harm, it is picked from."""

    reading: Reading
    allowed: Tolerance
    of: int

    @property
    def rate(self) -> Rate:
        """The interval of the largest rate."""
        return self.reading.rate(of=self.of)

    @property
    def worst(self) -> Point:
        """The estimate that rate is."""
        return self.reading.worst(of=self.of)

    @property
    def exploited(self) -> bool:
        """Whether even the lower end is above what is tolerated."""
        return self.rate.low > self.allowed.rate


def judge(bench: Bench, vulnerabilities: Iterable[Vulnerability]) -> tuple[Finding, ...]:
    """One finding for each vulnerability, ranked."""
    return mark_holm(ranked([_finding(bench, v) for v in vulnerabilities]))


def judged(bench: Bench, v: Vulnerability) -> Judged | None:
    """What the trials of a vulnerability say about the harm that decides, or None when none measured any."""
    trials = [e for e in trials_of(bench, v.id) if e.trial.kind != "certifier"]
    harms = bench.kb.tables.tolerance.order(v.threat_class, {harm_of(e) for e in trials})
    read_ = [one for harm in harms if (one := _read(bench, v, harm, trials)) is not None]
    of = sum(len(reading.points) for reading, _ in read_)
    all_ = [Judged(reading, allowed, of) for reading, allowed in read_]
    return next((j for j in all_ if j.exploited), all_[0] if all_ else None)


def trials_of(bench: Bench, finding: str) -> list[Evidence]:
    """The evidence that answers a finding, as the bench's treatments have it."""
    return [
        e
        for e in bench.evidence.values()
        if finding in e.trial.answers and e.trial.subject.treatments == bench.treatments and e.trial.kind != "defense"
    ]


def _read(bench: Bench, v: Vulnerability, harm: str, trials: list[Evidence]) -> tuple[Reading, Tolerance] | None:
    attacked = balls_of(trials)
    allowed = tolerance(bench.system, bench.kb, v, harm, attacked)
    own = [e for e in trials if harm_of(e) == harm]
    reading = read(harm, own, bench.arrays, balls=_balls(harm, attacked, allowed), fpr=allowed.fpr)
    return (reading, at_fpr(allowed, measured_fpr(reading))) if reading else None


def _balls(harm: str, attacked: list[Ball], allowed: Tolerance) -> list[Ball] | None:
    """The ball a gate asks for; all of them when it names none; without a gate the one that most trials attacked
    (the first planned among equals)."""
    if harm != ROBUST or (allowed.number is not None and allowed.ball is None):
        return None
    usual = max(dict.fromkeys(attacked), key=attacked.count, default=None)
    return [b for b in (allowed.ball or usual,) if b is not None]


def _finding(bench: Bench, v: Vulnerability) -> Finding:
    trials, found = trials_of(bench, v.id), judged(bench, v)
    used = found.reading.trials if found else []
    rate = found.rate if found else None
    allowed = found.allowed if found else _untested_tolerance(bench, v, trials)
    verdict, reason = _verdict(bench, found) if found else (Verdict.UNTESTED, _why_untested(bench, v, trials))
    tried = _tries(bench, v, found)
    by_class, operating = told_apart(bench.system, v, found.worst, bench.arrays) if found else (None, None)
    proofs = [e for e in trials if e.trial.kind == "certifier" and e.outcome is Outcome.MEASURED]
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
        confidence=_confidence(bench, verdict, rate, used),
        rate=rate,
        tries=tried,
        sensitivity=_sensitivity(bench, v, used, rate),
        knowledge=_knowledge(bench, v, found),
        classes=by_class,
        operating_point=operating,
        certified=_certified(proofs),
        evidence=tuple(e.id for e in trials),
        flags=tuple(sorted({f.id for e in (*used, *proofs) for f in e.flags if _counts(f, verdict)})),
        accepted=_accepted(bench, v.id),
        p=found.reading.chance(allowed.rate, of=found.of) if found else None,
        rank=v.rank,
        rank_low=v.rank_low,
        rank_high=v.rank_high,
    )


def _untested_tolerance(bench: Bench, v: Vulnerability, trials: list[Evidence]) -> Tolerance:
    """What would have been tolerated: of the first harm that was to be measured."""
    planned = {harm_of(e) for e in trials if e.trial.kind != "certifier"}
    listed = bench.kb.tables.tolerance.order(v.threat_class, planned or bench.kb.tables.tolerance.rates[v.threat_class])
    return tolerance(bench.system, bench.kb, v, listed[0], balls_of(trials))


def _verdict(bench: Bench, found: Judged) -> tuple[Verdict, str]:
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


def _why_untested(bench: Bench, v: Vulnerability, trials: list[Evidence]) -> str:
    reasons = [f"{e.trial.plugin}: {e.reason}" for e in trials if e.outcome is not Outcome.MEASURED]
    reasons += [u.reason for u in bench.plan.untested if u.vulnerability == v.id]
    return "; ".join(dict.fromkeys(reasons)) or "no trial was planned"


def _scope(bench: Bench, used: list[Evidence]) -> Scope:
    both = [*used, *(earlier for e in used for earlier in built_on(bench.evidence, e))]
    budgets = sorted({b for e in both if (b := _budget(e))})
    return Scope(
        attacks=tuple(sorted({f"{e.trial.plugin}/{e.trial.version}" for e in used})),
        access=tuple(sorted({of(bench.evidence, e) for e in used for of in (access_of, rung_of)})),
        budget="; ".join(budgets),
        data=", ".join(sorted({f"{e.trial.examples:,} examples" for e in used if e.trial.examples > 1})),
        conditions=tuple(sorted({condition_of(e) for e in used if e.trial.kind == "hazard"})),
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


def _confidence(bench: Bench, verdict: Verdict, rate: Rate | None, used: list[Evidence]) -> Level:
    if rate is None:
        return Level.LOW
    if verdict is Verdict.EXPLOITED:
        return Level.HIGH if rate.n >= 30 and not any(e.flags for e in used) else Level.MEDIUM
    if verdict is Verdict.RESISTED:
        several = len({e.trial.plugin for e in used if adequate(bench.evidence, e)}) > 1
        return Level.HIGH if several and rate.n >= 100 else Level.MEDIUM
    return Level.LOW


def _counts(flag: Flag, verdict: Verdict) -> bool:
    """A flag against successes has nothing to say of a model that held out."""
    return verdict is Verdict.EXPLOITED or flag.against == "failures"


def _tries(bench: Bench, v: Vulnerability, found: Judged | None) -> Tries | None:
    """A copy is made once: what counts is the queries it took, not those after which single examples agree."""
    if found is None:
        return None
    if v.threat_class is ThreatClass.MODEL_EXTRACTION:
        return curves.theft((p.measured for p in found.reading.points), found.allowed.rate)
    return curves.tries(found.reading.trials, bench.arrays)


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


def _knowledge(bench: Bench, v: Vulnerability, found: Judged | None) -> tuple[Rung, ...]:
    """What all trials of the same class and harm on the same asset reached together, by rung; within the balls that
    were judged. Nothing for what was not tested: the rates of another technique say nothing of it."""
    if v.source_kind == "hazard" or found is None:
        return ()  # the world knows nothing
    harm = found.reading.harm
    balls = list(dict.fromkeys(balls_of(found.reading.trials))) if harm == ROBUST else None
    by_rung: dict[str, list[Evidence]] = {}
    for e in bench.evidence.values():
        if _same_subject(bench, v, e) and _class_of(bench, e) is v.threat_class and harm_of(e) == harm:
            by_rung.setdefault(rung_of(bench.evidence, e), []).append(e)
    read_ = {r: read(harm, own, bench.arrays, balls=balls, fpr=found.allowed.fpr) for r, own in by_rung.items()}
    return ladder((rung, reading.rate()) for rung, reading in read_.items() if reading)


def _same_subject(bench: Bench, v: Vulnerability, e: Evidence) -> bool:
    on = e.trial.subject.id == v.asset and e.trial.subject.treatments == bench.treatments
    return on and e.outcome is Outcome.MEASURED and e.trial.kind in ("attack", "hazard")


def _class_of(bench: Bench, evidence: Evidence) -> ThreatClass | None:
    threats = plugins.attack(evidence.trial.kind, evidence.trial.plugin).spec.threats
    return bench.kb.threats[threats[0]].threat_class if threats and threats[0] in bench.kb.threats else None


def _certified(evidence: Iterable[Evidence]) -> tuple[Certified, ...]:
    """What was proved; nothing by a certifier one of whose proofs was refuted."""
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
        if not any(f.id == "inverted_bracket" for f in e.flags)
        for m in e.measurements
        if m.estimand == "certified_share"
    )


def _accepted(bench: Bench, finding: str) -> str | None:
    for risk in bench.system.accepted:
        if risk.finding == finding:
            over = " (expired: no longer counts)" if risk.until < bench.today else ""
            return f"accepted by {risk.by} until {risk.until.isoformat()}: {risk.why}{over}"
    return None
