"""The defence catalogue and the rules on which defences get in each other's way."""

from __future__ import annotations

from typing import Literal

from ...core.base import Frozen
from ...core.vocabulary import EffectKind, Level, Provenance, Stage
from .common import Entry

Modality = Literal["image", "tabular", "text", "audio", "any"]


class Cost(Frozen):
    """What a defence takes; `low` includes nothing at all."""

    level: Level
    text: str
    provenance: Provenance = Provenance.JUDGED


class Costs(Frozen):
    """The four prices of a defence: training time, inference time, accuracy (or utility), operations."""

    train: Cost
    inference: Cost
    accuracy: Cost
    operations: Cost


class Needs(Frozen):
    """What must be there for the defence to be possible.

    differentiable: gradients of the loss by the input or the weights. retrainable: training can be run again.
    weights: the weights can be read or changed. clean_data: trusted records. architectures: families it
    fits, empty when any does. other: one further condition in words.
    """

    differentiable: bool = False
    retrainable: bool = False
    weights: bool = False
    clean_data: bool = False
    modality: tuple[Modality, ...] = ("any",)
    architectures: tuple[str, ...] = ()
    other: str = ""


class Breakage(Frozen):
    """How the defence was, or can be, overcome. `provenance` judged: from the literature, unchecked here."""

    text: str
    reference: str | None = None
    provenance: Provenance = Provenance.JUDGED


class DefenceEntry(Entry):
    """A defence, what it really does, what it costs and what broke it.

    counters: threat ids. mode: reactive defences act on inputs or incidents, proactive ones on data and model.
    conflicts: ids of `ConflictRule`s that name it. plugin: the plugin of ours that applies it.
    deprecated: kept so that nobody proposes it again.
    """

    name: str
    summary: str
    effect: tuple[EffectKind, ...]
    counters: tuple[str, ...]
    stages: tuple[Stage, ...]
    mode: Literal["reactive", "proactive"]
    costs: Costs
    needs: Needs = Needs()
    breakages: tuple[Breakage, ...] = ()
    conflicts: tuple[str, ...] = ()
    atlas_mitigations: tuple[str, ...] = ()
    plugin: str | None = None
    deprecated: bool = False


class ConflictRule(Entry):
    """Two things that work against, with, or past each other, and when.

    between: the two sides in words. left / right: the ids (defences or design choices) on each side; a rule applies when something
    of both sides is present. An empty right side means another property of the system, named in `between`.
    """

    between: tuple[str, str]
    left: tuple[str, ...]
    right: tuple[str, ...] = ()
    relation: Literal["conflict", "beneficial", "conditional"]
    condition: str
    text: str
    evidence: str
