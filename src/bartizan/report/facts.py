"""What the knowledge base says about an id; silence, not an error, where it says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.threat import Vulnerability
from bartizan.knowledge.load import load
from bartizan.knowledge.schema import Reference, ThreatEntry


def technique(id: str) -> ThreatEntry | None:
    """The entry of a technique (E1 … H6)."""
    return load().threats.get(id)


def numbering(id: str) -> tuple[str, ...]:
    """The NIST AI 100-2 and MITRE ATLAS ids of a technique."""
    entry = technique(id)
    return (*entry.nist, *entry.atlas) if entry else ()


def references(ids: Iterable[str]) -> tuple[Reference, ...]:
    """The publications with these ids, each once, in the order of their ids; unknown ids are left out."""
    known = load().references
    return tuple(known[i] for i in sorted(set(ids)) if i in known)


def adversary_name(vulnerability: Vulnerability, source: str) -> str:
    """A threat source as a person calls it."""
    kb = load()
    entry = kb.hazards.get(source) if vulnerability.source_kind == "hazard" else kb.adversaries.get(source)
    return getattr(entry, "name", source) if entry else source


def conflict(id: str) -> tuple[str, str] | None:
    """A conflict rule: what it stands between, and what it says with its condition; None for an unknown id."""
    rule = load().conflicts.get(id)
    return (" and ".join(rule.between), f"{rule.text} {rule.condition}") if rule else None
