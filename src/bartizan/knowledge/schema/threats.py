"""The threat taxonomy, and the numbering of NIST AI 100-2 and MITRE ATLAS it maps to."""

from __future__ import annotations

from typing import Literal

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import Capability, Objective, Stage, ThreatClass
from bartizan.knowledge.schema.common import Entry

Maturity = Literal["feasible", "demonstrated", "realized"]
AssetKind = Literal["data", "model", "software", "hardware"]
SubjectKind = Literal["target", "dataset", "files"]


class Typical(Frozen):
    """What the technique usually takes (judged): queries to the model, records written. None: it needs none."""

    queries: int | None = None
    records: int | None = None


class ThreatEntry(Entry):
    """A technique: what it harms, what it needs, when it is planted and when it takes effect.

    needs: alternatives; each is a set of capabilities that suffices. An empty set needs no access to the model.
    unless: it does not apply where the asset's design choice (key) has one of these options.
    maturity: how far it is out in the world; `maturity_from` is the ATLAS technique that says so (else judged).
    asset_kinds: the kind of asset a finding on it belongs to. subjects: what its trials work on.
    scope: `generative` entries are listed for completeness and raise nothing at present.
    """

    name: str
    threat_class: ThreatClass
    kind: Literal["security", "safety"]
    manner: Literal["destructive", "exploitative", "hazard"]
    objective: Objective
    summary: str
    nist: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    owasp_ml: tuple[str, ...] = ()
    ai_exchange: tuple[str, ...] = ()
    enisa: tuple[str, ...] = ()
    planted: tuple[Stage, ...]
    effective: tuple[Stage, ...]
    asset_kinds: tuple[AssetKind, ...]
    subjects: tuple[SubjectKind, ...]
    needs: tuple[tuple[Capability, ...], ...]
    unless: dict[str, tuple[str, ...]] = {}
    typical: Typical = Typical()
    maturity: Maturity
    maturity_from: str | None = None
    detects_by: tuple[str, ...] = ()
    scope: Literal["present", "generative"] = "present"

    def reachable_with(self, capabilities: frozenset[Capability] | set[Capability]) -> bool:
        """Whether one of the alternatives in `needs` is covered by `capabilities`."""
        return any(set(alternative) <= set(capabilities) for alternative in self.needs)


class NistEntry(Entry):
    """One attack class of NIST AI 100-2 E2025. The same name can carry several ids: always show the id."""

    name: str
    objective: str
    scope: Literal["present", "generative"]


class AtlasEntry(Frozen):
    """One id of MITRE ATLAS: a tactic, technique, sub-technique or mitigation.

    newer: added after the vendored release. renamed: its name in later releases.
    """

    id: str
    kind: str
    name: str
    maturity: Maturity | None = None
    subtechnique_of: str | None = None
    newer: bool = False
    renamed: str | None = None
