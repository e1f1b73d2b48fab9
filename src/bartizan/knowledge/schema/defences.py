"""The defence catalogue and the rules on which defences get in each other's way."""

from __future__ import annotations

from typing import Literal

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import EffectKind, Level, Provenance, Stage
from bartizan.knowledge.schema.common import Entry

Modality = Literal["image", "tabular", "text", "audio", "any"]
Architecture = Literal[
    "neural network",
    "feed-forward network",
    "convolutional network",
    "vision transformer",
    "tree ensemble",
    "linear model",
]


class Cost(Frozen):
    """What a defence takes; `low` includes nothing at all."""

    level: Level
    text: str
    provenance: Provenance = Provenance.JUDGED
    reference: str | None = None


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
    architectures: tuple[Architecture, ...] = ()
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

    between: the two sides in words. left / right: ids of defences, threats or design choices on each side.
    A side is there when one of its defences is in place or chosen, one of its threats is a vulnerability of
    the system, or one of its design choices is answered with anything but `none`. The rule applies when both
    sides are there through two different ids. An empty side is a property the base cannot look up: the
    reader must judge it.
    """

    between: tuple[str, str]
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    relation: Literal["conflict", "beneficial", "conditional"]
    condition: str
    text: str
    evidence: str
