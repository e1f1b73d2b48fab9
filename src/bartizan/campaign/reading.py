"""What the trials of one finding say about one harm: the estimates to choose the worst from, and what they leave open.

Findings, gates and re-tests all read the same way. A claim has parts that must each hold: one for every ball that
is asked about, one for every condition of the operating domain. Attacks are alternatives within a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bartizan.core import plugins
from bartizan.core.artifact import Measurement
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.levels import Estimate

from .adequacy import adequate, is_baseline
from .combine import Ball, ball_of, combined

ROBUST = "robust_error"  # the harm that is judged by the minimum over attacks, example by example
LEVEL = 0.05


@dataclass(frozen=True)
class Point:
    """One estimate of the harm and the trials it rests on."""

    measured: Measurement
    trials: tuple[Evidence, ...]

    @property
    def estimate(self) -> Estimate:
        """The estimate, to be taken at other levels."""
        m = self.measured
        return Estimate(m.value, m.low, m.high, m.n, m.method)


@dataclass(frozen=True)
class Part:
    """A part of the claim with its trials, measured or not; any adequate one of them lets it hold."""

    name: str
    trials: tuple[Evidence, ...]

    def doubt(self, evidence: Mapping[str, Evidence]) -> str:
        """Why this part cannot be said to have resisted, whatever the rate; nothing when it can."""
        measured = [e for e in self.trials if e.outcome is Outcome.MEASURED]
        if any(adequate(evidence, e) for e in measured):
            return ""
        where = f"{self.name}: " if self.name else ""
        if not measured:
            why = "; ".join(dict.fromkeys(e.reason or str(e.outcome) for e in self.trials))
            return f"{where}not measured ({why})" if why else f"{where}not measured"
        flagged = sorted({f.id for e in measured for f in e.flags if f.against == "failures"})
        if all(is_baseline(e) for e in measured):
            return f"{where}every attack is only a baseline that any real attack must beat"
        doubt = f"raised {', '.join(flagged)}" if flagged else "did not pass its positive control"
        return f"{where}every attack {doubt}"


@dataclass(frozen=True)
class Reading:
    """All estimates of one harm, and the parts of the claim that it is tolerable."""

    harm: str
    points: tuple[Point, ...]
    parts: tuple[Part, ...]

    @property
    def trials(self) -> list[Evidence]:
        """The measured trials it rests on, each once."""
        return list({e.id: e for p in self.parts for e in p.trials if e.outcome is Outcome.MEASURED}.values())

    def rate(self, *, of: int | None = None, level: float = LEVEL) -> Rate:
        """The interval of the largest rate among the points: see `Rate`. `of`: points picked from, if more than here.

        The upper end is the highest of all: at the truly largest rate it fails with the chance of a single interval.
        """
        m = max(of or 0, len(self.points))
        point = self.worst(of=of, level=level)
        chosen = point.measured
        return Rate(
            estimand=chosen.estimand, value=chosen.value, low=point.estimate.at(level / m)[0], n=chosen.n, points=m,
            high=max(p.estimate.at(level)[1] for p in self.points),
            method=f"{chosen.method}{'' if m == 1 else f', the worst of {m} (lower end at level 1 − {level:g}/{m})'}",
        )  # fmt: skip

    def worst(self, *, of: int | None = None, level: float = LEVEL) -> Point:
        """The point whose rate is the largest: of which most is sure. Arguments as in `rate`."""
        m = max(of or 0, len(self.points))
        ends = [(p.estimate.at(level / m)[0], p.measured.value, i) for i, p in enumerate(self.points)]
        return self.points[max(ends)[2]]

    def open_at(self, bound: float) -> Point:
        """The point whose upper end is highest, which is what leaves `bound` open."""
        return max(self.points, key=lambda p: p.measured.high)

    def chance(self, bound: float, *, of: int | None = None) -> float:
        """p-value of the claim that the largest rate is above `bound`, adjusted for the points picked from."""
        m = max(of or 0, len(self.points))
        return min(1.0, m * min(p.estimate.chance(bound) for p in self.points))

    def doubt(self, evidence: Mapping[str, Evidence]) -> str:
        """Why no upper end may clear the harm; nothing when every part has an adequate trial without flags."""
        return "; ".join(dict.fromkeys(d for p in self.parts if (d := p.doubt(evidence))))


def harm_of(evidence: Evidence) -> str:
    """The estimand that the attack of a trial is judged by."""
    return plugins.attack(evidence.trial.kind, evidence.trial.plugin).spec.harm


def read(
    harm: str,
    trials: Sequence[Evidence],
    arrays: ArrayReader,
    *,
    balls: Sequence[Ball] | None = None,
    fpr: float | None = None,
    strictly: bool = False,
) -> Reading | None:
    """What `trials` (of one finding, measured or not) say about `harm`, or None when none measured it.

    balls: of evasion, those to read (None: all there are). fpr: the false-positive rate asked for; where it was not
    measured the lowest that was is read, or nothing when `strictly`.
    """
    if harm == ROBUST:
        return _read_balls(trials, arrays, balls)
    read_ = [(e, _points(e, harm, balls, fpr, strictly)) for e in trials if e.outcome is Outcome.MEASURED]
    found = [e for e, measured in read_ if measured]
    points = tuple(Point(m, (e,)) for e, measured in read_ for m in measured)
    return Reading(harm, points, _parts(found, trials)) if points else None


def balls_of(trials: Iterable[Evidence]) -> list[Ball]:
    """The balls that measured trials attacked within, in their order, one entry a trial."""
    return [b for e in trials if e.outcome is Outcome.MEASURED and (b := ball_of(e)) is not None]


def _read_balls(trials: Sequence[Evidence], arrays: ArrayReader, balls: Sequence[Ball] | None) -> Reading | None:
    points, parts = [], []
    for ball in dict.fromkeys(balls_of(trials)) if balls is None else balls:
        own = tuple(e for e in trials if ball_of(e) == ball and e.outcome is Outcome.MEASURED)
        prefixes = combined(own, arrays)
        points += [Point(c.share(ball), c.trials) for c in prefixes]
        parts += [Part(f"{ball[0]} ε = {ball[1]:g}", prefixes[0].trials)] if prefixes else []
    return Reading(ROBUST, tuple(points), tuple(parts)) if points else None


def _points(
    evidence: Evidence, harm: str, balls: Sequence[Ball] | None, fpr: float | None, strictly: bool
) -> list[Measurement]:
    """The measurements of the harm; of several false-positive rates, the one asked for, or else the lowest."""
    points = [m for m in evidence.measurements if m.estimand == harm and (balls is None or _ball_at(m) in balls)]
    rates = sorted({float(m.at["fpr"]) for m in points if "fpr" in m.at})
    if not rates:
        return points
    if strictly and fpr is not None and fpr not in rates:
        return []
    chosen = fpr if fpr in rates else rates[0]
    return [m for m in points if m.at.get("fpr") == chosen]


def _ball_at(m: Measurement) -> Ball | None:
    norm, eps = m.at.get("norm"), m.at.get("eps")
    return (str(norm), float(eps)) if norm is not None and isinstance(eps, int | float) else None


def _parts(found: Sequence[Evidence], trials: Sequence[Evidence]) -> tuple[Part, ...]:
    """One part for all attacks; for hazards one for every planned condition, those that were not measured too."""
    conditions = [e for e in trials if e.trial.kind == "hazard"]
    attacks = tuple(e for e in found if e.trial.kind != "hazard")
    own = tuple(Part(condition_of(e), (e,)) for e in conditions)
    return own + ((Part("", attacks),) if attacks else ())


def condition_of(evidence: Evidence) -> str:
    """The condition of the operating domain that a sweep draws, or the name of the trial where it names none."""
    return str(evidence.trial.params.get("condition") or evidence.trial.name)


def measured_fpr(reading: Reading) -> float | None:
    """The false-positive rate a reading is taken at, or None where there is none."""
    return max((float(p.measured.at["fpr"]) for p in reading.points if "fpr" in p.measured.at), default=None)
