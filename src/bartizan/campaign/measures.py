"""The three measures of a finding side by side: tries, sensitivity, knowledge."""

from __future__ import annotations

from bartizan.core import plugins
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate, Rung, Sensitivity, Tries
from bartizan.core.threat import Vulnerability
from bartizan.core.vocabulary import Outcome, ThreatClass

from . import curves
from .bench import Bench, Judged
from .combine import combine
from .ladder import ladder, reached, rung_of
from .reading import ROBUST, Reading, balls_of, harm_of, read


def tries(bench: Bench, v: Vulnerability, found: Judged | None) -> Tries | None:
    """A copy is made once: what counts is the queries it took, not those after which single examples agree."""
    if found is None:
        return None
    if v.threat_class is ThreatClass.MODEL_EXTRACTION:
        return curves.theft((p.measured for p in found.reading.points), found.allowed.rate)
    return curves.tries(found.reading.trials, bench.arrays)


def sensitivity(bench: Bench, v: Vulnerability, used: list[Evidence], rate: Rate | None) -> Sensitivity | None:
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


def knowledge(bench: Bench, v: Vulnerability, found: Judged | None) -> tuple[Rung, ...]:
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
    each = _each if v.threat_class is ThreatClass.DATA_EXTRACTION else lambda _: None
    return ladder(r for rung, reading in read_.items() if reading for r in reached(rung, reading, each(reading)))


def _each(reading: Reading) -> int | None:
    """Queries for each record that the attack which reached most may spend."""
    return reading.worst().trials[0].trial.budget.queries_per_example


def _same_subject(bench: Bench, v: Vulnerability, e: Evidence) -> bool:
    on = e.trial.subject.id == v.asset and e.trial.subject.treatments == bench.treatments
    return on and e.outcome is Outcome.MEASURED and e.trial.kind in ("attack", "hazard")


def _class_of(bench: Bench, evidence: Evidence) -> ThreatClass | None:
    threats = plugins.attack(evidence.trial.kind, evidence.trial.plugin).spec.threats
    return bench.kb.threats[threats[0]].threat_class if threats and threats[0] in bench.kb.threats else None
