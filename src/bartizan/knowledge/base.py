"""`KnowledgeBase`: every entry by kind, found by its id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property

from bartizan.core.base import Frozen
from bartizan.core.errors import UsageError
from bartizan.core.vocabulary import Stage, ThreatClass
from bartizan.knowledge.schema import (
    AdversaryProfile,
    AtlasEntry,
    BaselineControl,
    ConflictRule,
    CrosswalkEntry,
    DefenceEntry,
    DesignChoice,
    HazardEntry,
    MethodCell,
    Metric,
    NistEntry,
    Reference,
    StageEntry,
    Tables,
    ThreatEntry,
)
from bartizan.knowledge.schema.common import Entry

Item = Entry | AtlasEntry | Reference


class KnowledgeBase(Frozen):
    """All facts, each kind as a map from id to entry in the order of its file. Ids are unique across kinds.

    stages are keyed by the stage's value, methods by `STAGE/CLASS`, adversaries and hazards by their source id.
    """

    choices: dict[str, DesignChoice]
    threats: dict[str, ThreatEntry]
    defences: dict[str, DefenceEntry]
    conflicts: dict[str, ConflictRule]
    stages: dict[str, StageEntry]
    methods: dict[str, MethodCell]
    baseline: dict[str, BaselineControl]
    metrics: dict[str, Metric]
    crosswalk: dict[str, CrosswalkEntry]
    references: dict[str, Reference]
    adversaries: dict[str, AdversaryProfile]
    hazards: dict[str, HazardEntry]
    nist: dict[str, NistEntry]
    atlas: dict[str, AtlasEntry]
    tables: Tables

    def items(self) -> Iterator[tuple[str, Item]]:
        """Yield every entry of every kind with its id."""
        for kind in type(self).model_fields:
            if kind != "tables":
                yield from getattr(self, kind).items()
        for name in Tables.model_fields:
            table: Entry = getattr(self.tables, name)
            yield table.id, table

    @cached_property
    def _by_lower_id(self) -> dict[str, Item]:
        return {id_.lower(): item for id_, item in self.items()}

    @cached_property
    def _by_estimand(self) -> dict[str, Metric]:
        return {name: metric for metric in self.metrics.values() for name in metric.estimands}

    def find(self, id: str) -> Item | None:
        """Return the entry with this id (case does not matter), or the metric behind this estimand, or None."""
        wanted = id.strip().lower()
        return self._by_lower_id.get(wanted) or self._by_estimand.get(wanted)

    def get(self, id: str) -> Item:
        """Return the entry with this id (case does not matter). Raises UsageError with near misses."""
        item = self.find(id)
        if item is None:
            raise UsageError(self._unknown(id))
        return item

    def _unknown(self, id: str) -> str:
        near = self.did_you_mean(id)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`bartizan explain` alone lists the kinds of ids."
        return f"The knowledge base has no entry {id!r}. {hint}"

    def did_you_mean(self, id: str, n: int = 3) -> tuple[str, ...]:
        """Return up to `n` ids that look like `id`, the nearest first, else entries whose name has its words."""
        wanted = id.strip().lower()
        same = [key for key in self._by_lower_id if _unpadded(key) == _unpadded(wanted)]
        near = same or get_close_matches(wanted, self._by_lower_id, n=n, cutoff=0.7)
        return tuple(self._by_lower_id[key].id for key in near) or self.search(id)[:n]

    def search(self, text: str) -> tuple[str, ...]:
        """Return the ids of entries whose id, name or title has every word of `text`."""
        words = text.lower().split()
        return tuple(id_ for id_, item in self.items() if words and all(w in label(item).lower() for w in words))

    @property
    def present_threats(self) -> tuple[ThreatEntry, ...]:
        """The techniques within the present scope, in order."""
        return tuple(t for t in self.threats.values() if t.scope == "present")

    def hazard_of(self, threat: str) -> HazardEntry:
        """Return the hazard behind one of H1 … H6. Raises KeyError on another id."""
        return {hazard.threat: hazard for hazard in self.hazards.values()}[threat]

    def choice_at(self, section: str, field: str) -> DesignChoice | None:
        """Return the design choice asked at this place of the description, or None."""
        return next((c for c in self.choices.values() if (c.section, c.field) == (section, field)), None)

    def cell(self, stage: Stage, threat_class: ThreatClass | str) -> MethodCell | None:
        """Return the cell of the stages × threats table, or None where it is empty."""
        return self.methods.get(f"{stage}/{threat_class}")


def _unpadded(id: str) -> str:
    """Return the id without zeros before its numbers, so that DF1 finds DF01."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", id)


def title(item: Item) -> str:
    """Return the name of an entry as a person would say it."""
    for attribute in ("name", "title"):
        value = getattr(item, attribute, None)
        if isinstance(value, str):
            return value
    between = getattr(item, "between", None)
    return " × ".join(between) if between else item.id


def label(item: Item) -> str:
    """Return id and name in one line; just the id where that is all the name there is."""
    name = title(item)
    return item.id if name == item.id else f"{item.id} {name}"
