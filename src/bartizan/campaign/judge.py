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

from collections.abc import Iterable

from bartizan.core.artifact import Flag
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Certified, Finding, Rate, Scope, Tries
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Level, Outcome, Verdict

from .adequacy import adequate
from .bench import Bench, judged, trials_of
from .by_class import told_apart
from .claims import mark_holm
from .doses import poisons
from .ladder import LABEL_WRITE, access_of, built_on, rung_of
from .leaks import membership, theft
from .measures import knowledge, sensitivity, tries
from .rank import ranked
from .reading import balls_of, condition_of, harm_of
from .tolerance import Tolerance, tolerance
from .verdicts import decided, why_untested


def judge(bench: Bench, vulnerabilities: Iterable[Vulnerability]) -> tuple[Finding, ...]:
    """One finding for each vulnerability, ranked."""
    return mark_holm(ranked([_finding(bench, v) for v in vulnerabilities]))


def _finding(bench: Bench, v: Vulnerability) -> Finding:
    trials, found = trials_of(bench, v.id), judged(bench, v)
    used = found.reading.trials if found else []
    rate = found.rate if found else None
    allowed = found.allowed if found else _untested_tolerance(bench, v, trials)
    verdict, reason = decided(bench, found) if found else (Verdict.UNTESTED, why_untested(bench, v, trials))
    tried = tries(bench, v, found)
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
        sensitivity=sensitivity(bench, v, used, rate),
        knowledge=knowledge(bench, v, found),
        classes=by_class,
        operating_point=operating,
        membership=membership(found),
        theft=theft(bench, v, found),
        poison=poisons(bench, v, found),
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


def _scope(bench: Bench, used: list[Evidence]) -> Scope:
    both = [*used, *(earlier for e in used for earlier in built_on(bench.evidence, e))]
    budgets = sorted({b for e in both if (b := _budget(e))})
    return Scope(
        attacks=tuple(sorted({f"{e.trial.plugin}/{e.trial.version}" for e in used})),
        access=tuple(sorted({name for e in used for name in _accesses(bench, e)})),
        budget="; ".join(budgets),
        data=", ".join(sorted({f"{e.trial.examples:,} examples" for e in used if e.trial.examples > 1})),
        conditions=tuple(sorted({condition_of(e) for e in used if e.trial.kind == "hazard"})),
    )


def _accesses(bench: Bench, e: Evidence) -> set[str]:
    """What it took, and the rung it stands on; of who wrote labels alone, that alone."""
    rung = rung_of(bench.evidence, e)
    return {rung} if rung == LABEL_WRITE else {rung, access_of(bench.evidence, e)}


def _budget(evidence: Evidence) -> str:
    b, parts = evidence.trial.budget, []
    if b.queries_per_example:
        parts.append(f"{b.queries_per_example:,} queries an example")
    if b.queries:
        parts.append(f"{b.queries:,} queries in all")
    if b.records:
        used = [int(m.at["records"]) for m in evidence.measurements if "records" in m.at]
        what = "labels of " if evidence.tries_unit == "labels" else ""
        parts.append(f"{what}up to {max(used):,} of {b.records:,} records" if used else f"{b.records:,} records")
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
