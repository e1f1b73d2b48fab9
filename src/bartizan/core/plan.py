"""`Plan`: the trials to run, what cannot be tested and why, and the stages × threats table of methods."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .trial import Trial
from .vocabulary import EffectKind, Stage, ThreatClass


class Untested(Frozen):
    """A vulnerability (or one attack on it) that no trial can answer here, with the reason."""

    vulnerability: str
    plugin: str | None = None
    reason: str


class Method(Frozen):
    """One method in one cell of the table."""

    text: str
    effects: tuple[EffectKind, ...] = ()
    defence: str | None = None
    state: Literal["in_place", "recommended", "conflicts"] = "recommended"
    note: str = ""


class Cell(Frozen):
    """What to do about a threat class in a stage."""

    stage: Stage
    threat_class: ThreatClass | Literal["all"]
    methods: tuple[Method, ...]


class Plan(Frozen):
    """What will be run and what should be done when."""

    effort: Literal["quick", "standard", "deep"]
    trials: tuple[Trial, ...] = ()
    untested: tuple[Untested, ...] = ()
    table: tuple[Cell, ...] = ()
