"""`Plan`: the trials to run, what cannot be tested and why, and the stages × threats table of methods."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .trial import Trial
from .vocabulary import EffectKind, Stage, ThreatClass

State = Literal["in_place", "recommended", "at_a_price", "conflicts", "does_not_fit", "refuted"]


class Untested(Frozen):
    """A vulnerability (or one attack on it) that no trial can answer here, with the reason."""

    vulnerability: str
    plugin: str | None = None
    reason: str


class Method(Frozen):
    """One method in one cell of the table. `note` gives the reasons for its state, `rules` the conflict
    rules it names."""

    text: str
    effects: tuple[EffectKind, ...] = ()
    defence: str | None = None
    state: State = "recommended"
    note: str = ""
    rules: tuple[str, ...] = ()


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
