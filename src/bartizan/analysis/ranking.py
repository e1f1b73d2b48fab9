"""The one rule that ranks vulnerabilities, and how stable the ranks are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bartizan.core.exposure import Exposure
from bartizan.core.vocabulary import Level, Provenance
from bartizan.knowledge.schema import LikelihoodTable

from .facts import Change
from .threats import Candidate, benefit

RULE = (
    "Vulnerabilities are ranked by impact (1 low, 2 medium, 3 high) times the points of likelihood. Points are given, "
    "by a table of the knowledge base, for the highest exposure among the design choices that make the technique "
    "possible, for the technique's maturity, for the widest way in that an adversary has, for a budget that covers the "
    "technique, and for what success is worth to it; each interaction rule that raises the likelihood adds two. "
    "What is unknown counts as high. Ties are broken by the mean level of those design choices, then by id. "
    "The range of a rank is the lowest and highest rank reached when each judged level is moved up or down by one, "
    "one at a time, with the interaction rules held as they fired."
)

RAISED = 2  # points an interaction rule adds
LEVELS = (Level.LOW, Level.MEDIUM, Level.HIGH)
BENEFIT = "DC33@system"

Levels = Mapping[str, Level]


@dataclass(frozen=True)
class Case:
    """Everything a vulnerability is weighed by, except the levels of its exposures.

    raising: exposures that make the technique easier; worsening: those that bear on its impact. impact: as stated.
    measured: whether any design choice of the knowledge base speaks of the technique at all.
    """

    id: str
    candidates: tuple[Candidate, ...]
    raising: tuple[str, ...]
    worsening: tuple[str, ...]
    impact: Level
    maturity: str
    changes: tuple[Change, ...]
    measured: bool


@dataclass(frozen=True)
class Weight:
    """A case weighed: levels, points by reason, and what it is ranked by."""

    exposure: Level
    likelihood: Level
    impact: Level
    points: tuple[tuple[str, int], ...]
    mean: float

    @property
    def score(self) -> float:
        """Impact (1–3) times points of likelihood."""
        return float((self.impact.rank + 1) * sum(n for _, n in self.points))


def weigh(case: Case, levels: Levels, table: LikelihoodTable) -> Weight:
    """Weigh one case at these levels of the exposures."""
    exposure = _exposure(case, levels)
    points = _points(case, exposure, levels, table)
    raising = [levels[id].rank for id in case.raising]
    return Weight(
        exposure=exposure,
        likelihood=table.level(sum(n for _, n in points)),
        impact=_impact(case, levels),
        points=points,
        mean=sum(raising) / len(raising) if raising else 0.0,
    )


def ranks(cases: tuple[Case, ...], levels: Levels, table: LikelihoodTable) -> dict[str, int]:
    """Rank by id, 1 the worst."""
    weights = {case.id: weigh(case, levels, table) for case in cases}
    order = sorted(weights, key=lambda id: (-weights[id].score, -weights[id].mean, id))
    return {id: place for place, id in enumerate(order, start=1)}


def rank_ranges(
    cases: tuple[Case, ...], exposures: tuple[Exposure, ...], table: LikelihoodTable
) -> dict[str, tuple[int, int]]:
    """Lowest and highest rank by id, when each judged level moves by one, one at a time (see `RULE`)."""
    levels = {e.id: e.level for e in exposures}
    seen = [ranks(cases, levels, table)]
    used = {id for case in cases for id in (*case.raising, *case.worsening, BENEFIT)}
    for exposure in exposures:
        if exposure.provenance is Provenance.JUDGED and exposure.id in used:
            for moved in _neighbours(exposure.level):
                seen.append(ranks(cases, {**levels, exposure.id: moved}, table))
    return {case.id: (min(r[case.id] for r in seen), max(r[case.id] for r in seen)) for case in cases}


def _neighbours(level: Level) -> tuple[Level, ...]:
    return tuple(LEVELS[rank] for rank in (level.rank - 1, level.rank + 1) if 0 <= rank < len(LEVELS))


def highest(levels: list[Level]) -> Level:
    """The highest level; `unknown` where nothing known is as high as it would count."""
    top = max(level.rank for level in levels)
    known = [level for level in levels if level is not Level.UNKNOWN and level.rank == top]
    return known[0] if known else Level.UNKNOWN


def _exposure(case: Case, levels: Levels) -> Level:
    found = [levels[id] for id in case.raising]
    if not found:
        found = [Level.UNKNOWN if case.measured else Level.MEDIUM]
    found += [change.to for change in case.changes if change.effect == "exposure_at_least" and change.to]
    return highest(found)


def _points(case: Case, exposure: Level, levels: Levels, table: LikelihoodTable) -> tuple[tuple[str, int], ...]:
    stated = levels.get(BENEFIT, Level.UNKNOWN)

    def source(candidate: Candidate) -> tuple[int, int, int]:
        wins = table.benefit[benefit(candidate, stated)] if candidate.wanted is not None else 0
        return table.access[candidate.via], table.budget["ample" if candidate.ample else "scarce"], wins

    way, budget, wins = max((source(c) for c in case.candidates), key=lambda s: (sum(s), s))
    raised = len({change.rule for change in case.changes if change.effect == "likelihood_up"})
    found = (
        ("exposure", table.exposure[exposure]),
        ("maturity of the technique", table.maturity[case.maturity]),
        ("way in", way),
        ("budget", budget),
        ("benefit", wins),
        ("interaction", RAISED * raised),
    )
    return tuple((name, n) for name, n in found if n)


def _impact(case: Case, levels: Levels) -> Level:
    """The stated impact, one lower where every safeguard bearing on it is low, within what the rules allow."""
    bearing = [levels[id] for id in case.worsening]
    rank = case.impact.rank - (1 if bearing and all(level is Level.LOW for level in bearing) else 0)
    least = [c.to.rank for c in case.changes if c.effect == "impact_at_least" and c.to]
    most = [c.to.rank for c in case.changes if c.effect == "impact_at_most" and c.to]
    settled = max([min([max(rank, 0), *most]), *least])
    return Level.UNKNOWN if case.impact is Level.UNKNOWN and settled == Level.HIGH.rank else LEVELS[settled]
