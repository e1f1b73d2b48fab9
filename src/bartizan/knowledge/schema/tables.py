"""The judgement tables: what is tolerated, how severe, how likely, how much effort."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import Level, Objective, ThreatClass
from bartizan.knowledge.schema.common import Entry

Severity = Literal["low", "medium", "high", "critical"]


class Tolerance(Frozen):
    """The highest rate tolerated at each impact, and what it `means` in words."""

    means: str
    low: float = Field(ge=0, le=1)
    medium: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Table(Entry):
    """A judgement table: `name` in a person's words and the `rule` by which it is read."""

    name: str
    rule: str


class ToleranceTable(Table):
    """Threat class × estimand × impact → tolerated rate, where no gate says otherwise."""

    rates: dict[ThreatClass, dict[str, Tolerance]]

    def tolerated(self, threat_class: ThreatClass, harm: str, impact: Level) -> float:
        """Return the tolerated rate of the estimand `harm`; unknown impact counts as high, an unknown harm as the
        least tolerated of its class."""
        rows = self.rates[threat_class]
        chosen = [rows[harm]] if harm in rows else list(rows.values())
        return min((row.low, row.medium, row.high)[impact.rank] for row in chosen)

    def order(self, threat_class: ThreatClass, harms: Iterable[str]) -> list[str]:
        """The harms as they are listed, those that are not listed last."""
        listed = list(self.rates[threat_class])
        return sorted(set(harms), key=lambda h: (listed.index(h) if h in listed else len(listed), h))


class SeverityTable(Table):
    """Impact × effort → severity. Effort is the attacker's; a hazard takes none, so it stands at low."""

    cells: dict[Level, dict[Level, Severity]]

    def severity(self, impact: Level, effort: Level) -> Severity:
        """Return the severity; an unknown impact counts as high, an unknown effort as low (the worse case)."""
        row = self.cells[Level.HIGH if impact is Level.UNKNOWN else impact]
        return row[Level.LOW if effort is Level.UNKNOWN else effort]


class EffortBound(Frozen):
    """Effort is low up to `low`, medium up to `medium`, high beyond, in the unit of the tries."""

    low: float
    medium: float


class EffortTable(Table):
    """Unit of the tries → bounds on how many make little, some, or much effort."""

    units: dict[str, EffortBound]

    def effort(self, unit: str, tries: float | None) -> Level:
        """Return the effort level of `tries` (None: beyond the budget, so high). Raises KeyError on another unit."""
        bound = self.units[unit]
        if tries is None or tries > bound.medium:
            return Level.HIGH
        return Level.LOW if tries <= bound.low else Level.MEDIUM


class LikelihoodTable(Table):
    """Points for exposure, maturity, access, budget and benefit; their sum gives the level."""

    exposure: dict[Level, int]
    maturity: dict[str, int]
    access: dict[str, int]
    budget: dict[str, int]
    benefit: dict[Level, int]
    medium_from: int
    high_from: int

    def level(self, points: int) -> Level:
        """Return the likelihood of a sum of points."""
        if points >= self.high_from:
            return Level.HIGH
        return Level.MEDIUM if points >= self.medium_from else Level.LOW


class ObjectiveTable(Table):
    """The objective a threat class harms, where the technique does not say it more exactly."""

    objectives: dict[ThreatClass, Objective]


class Tables(Frozen):
    """All judgement tables. Each is also an entry of its own (`tolerance`, `severity`, …)."""

    tolerance: ToleranceTable
    severity: SeverityTable
    effort: EffortTable
    likelihood: LikelihoodTable
    objective: ObjectiveTable
