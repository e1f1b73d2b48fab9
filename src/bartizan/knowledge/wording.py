"""Field names and field values of entries, in words a person reads."""

from __future__ import annotations

from enum import StrEnum

from bartizan.core.base import Frozen
from bartizan.knowledge.base import KnowledgeBase, label
from bartizan.knowledge.schema import Breakage, Cost, Costs, MethodEntry, Option

HEADINGS = {
    "ai_exchange": "OWASP AI Exchange",
    "aic4": "AIC4",
    "aidefend": "AIDEFEND",
    "answered_by": "Answered by",
    "asks": "The question at this stage",
    "atlas": "MITRE ATLAS",
    "atlas_mitigations": "MITRE ATLAS mitigations",
    "benefit_eur": "Benefit of one success (EUR)",
    "cells": "Impact: severity at each effort",
    "detects_by": "How it is noticed",
    "enisa": "ENISA",
    "etsi": "ETSI EN 304 223",
    "etsi_provenance": "ETSI column",
    "breakages": "What broke it, and its limits",
    "left": "One side",
    "maturity_from": "Maturity according to",
    "needs": "Needs",
    "nist": "NIST AI 100-2",
    "owasp_ml": "OWASP ML Top 10",
    "plugin": "Plugin of ours",
    "right": "Other side",
    "unless": "Does not apply where",
}
LINKED = {
    "atlas",
    "atlas_mitigations",
    "conflicts",
    "counters",
    "defence",
    "left",
    "maturity_from",
    "nist",
    "raises",
    "right",
    "subtechnique_of",
    "threat",
    "threats",
    "unless",
}


def says_something(value: object) -> bool:
    """Whether a field is worth a line: it is not empty, not `no`, and not all defaults."""
    if isinstance(value, Frozen):
        return bool(value.model_dump(exclude_defaults=True))
    return value is not None and value is not False and value not in ("", (), {})


def heading(field: str) -> str:
    """Return the words for a field name."""
    return HEADINGS.get(field, field.replace("_", " ").capitalize())


def describe(field: str, value: object, base: KnowledgeBase) -> str:
    """Return the value of `field` in words; ids in fields that hold ids get their names."""
    if field == "needs" and isinstance(value, tuple):
        return "; or ".join(" and ".join(alternative) or "no access to the model" for alternative in value)
    if isinstance(value, dict):
        separator = "\n" if field else ", "
        return separator.join(f"{_word(field, key, base)}: {describe('', part, base)}" for key, part in value.items())
    if isinstance(value, tuple):
        separator = "\n" if field in LINKED or any(isinstance(part, Frozen) for part in value) else ", "
        return separator.join(_word(field, part, base) for part in value)
    return _word(field, value, base)


def _word(field: str, value: object, base: KnowledgeBase) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Frozen):
        return _part(value, base)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    if isinstance(value, str) and not isinstance(value, StrEnum) and field in LINKED:
        item = base.find(value)
        return label(item) if item else value
    return str(value)


def _part(value: Frozen, base: KnowledgeBase) -> str:
    """Return a value within an entry as one line, or one line a field."""
    if isinstance(value, Option):
        return f"{value.level} — {value.why}"
    if isinstance(value, Cost):
        return f"{value.level} ({value.text})" + (f" [{value.reference}]" if value.reference else "")
    if isinstance(value, Breakage):
        return value.text + (f" [{value.reference}]" if value.reference else "")
    if isinstance(value, MethodEntry):
        defence = f" — {describe('defence', value.defence, base)}" if value.defence else ""
        return f"{value.text} ({', '.join(value.effects)}){defence}"
    parts = {field: getattr(value, field) for field in type(value).model_fields}
    said = {field: part for field, part in parts.items() if says_something(part)}
    separator = "\n" if isinstance(value, Costs) else "; "
    return separator.join(f"{heading(field)}: {describe(field, part, base)}" for field, part in said.items())
