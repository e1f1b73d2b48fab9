"""What a judge has before it, and how the trials of one vulnerability are read for the harm that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate
from bartizan.core.plan import Plan
from bartizan.core.system import System
from bartizan.core.threat import Vulnerability
from bartizan.knowledge.base import KnowledgeBase

from .combine import Ball
from .reading import ROBUST, Point, Reading, balls_of, harm_of, measured_fpr, read
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


def trials_of(bench: Bench, finding: str) -> list[Evidence]:
    """The evidence that answers a finding, as the bench's treatments have it."""
    return [
        e
        for e in bench.evidence.values()
        if finding in e.trial.answers and e.trial.subject.treatments == bench.treatments and e.trial.kind != "defense"
    ]


def judged(bench: Bench, v: Vulnerability) -> Judged | None:
    """What the trials of a vulnerability say about the harm that decides, or None when none measured any."""
    trials = [e for e in trials_of(bench, v.id) if e.trial.kind != "certifier"]
    harms = bench.kb.tables.tolerance.order(v.threat_class, {harm_of(e) for e in trials})
    read_ = [one for harm in harms if (one := _read(bench, v, harm, trials)) is not None]
    of = sum(len(reading.points) for reading, _ in read_)
    all_ = [Judged(reading, allowed, of) for reading, allowed in read_]
    return next((j for j in all_ if j.exploited), all_[0] if all_ else None)


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
