"""Interaction: each component by itself first, then how they meet. Runs the rules in `rules/`, one a file."""

from __future__ import annotations

from dataclasses import dataclass

from bartizan.core.contracts import Rule
from bartizan.core.exposure import Exposure
from bartizan.core.plugins import plugins
from bartizan.core.system import System
from bartizan.core.vocabulary import Stage

from .facts import Change, Facts


@dataclass(frozen=True)
class Interaction:
    """The exposures after the rules, and everything the rules say about vulnerabilities."""

    facts: Facts
    changes: tuple[Change, ...]

    def about(self, technique: str, asset: str, interface: str | None) -> tuple[Change, ...]:
        """The changes to one vulnerability."""
        return tuple(c for c in self.changes if c.speaks_of(technique, asset, interface))


def interact(system: System, exposures: tuple[Exposure, ...], stage: Stage | None = None) -> Interaction:
    """Apply every rule. Rules that change levels go first, so that the others see the levels as they end up.

    A rule sets a level outright, so the order of rules does not matter; of two rules on one level the higher wins.
    """
    facts = Facts(system, exposures, stage)
    levels = [c for c in _fire(facts) if c.effect == "level"]
    facts = Facts(system, _adjusted(exposures, levels), stage)
    changes = [*levels, *(c for c in _fire(facts) if c.effect != "level")]
    marked = Facts(system, _marked(facts.exposures, changes), stage)
    return Interaction(marked, tuple(changes))


def _fire(facts: Facts) -> list[Change]:
    fired: list[Change] = []
    for cls in plugins("rules").values():
        assert issubclass(cls, Rule)
        fired += cls().apply(facts)
    return fired


def _adjusted(exposures: tuple[Exposure, ...], levels: list[Change]) -> tuple[Exposure, ...]:
    found = []
    for exposure in exposures:
        asked = [c.to for c in levels if exposure.id in c.exposures and c.to]
        level = max(asked, key=lambda level: level.rank, default=exposure.level)
        found.append(exposure.model_copy(update={"level": level}))
    return tuple(found)


def _marked(exposures: tuple[Exposure, ...], changes: list[Change]) -> tuple[Exposure, ...]:
    def mark(exposure: Exposure) -> Exposure:
        mine = [c for c in changes if exposure.id in c.exposures]
        reason = " ".join(dict.fromkeys([exposure.reason, *(c.reason for c in mine if c.effect == "level")]))
        rules = tuple(dict.fromkeys(c.rule for c in mine))
        return exposure.model_copy(update={"adjusted_by": rules, "reason": reason}) if mine else exposure

    return tuple(mark(e) for e in exposures)
