"""Judging entries otherwise: the `overrides` of a description laid over the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bartizan.core.errors import UsageError
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import DesignChoice, Entry, Tables

if TYPE_CHECKING:
    from bartizan.core.system.gates import Override


def override(base: KnowledgeBase, overrides: Mapping[str, Override]) -> KnowledgeBase:
    """Return a base in which each entry named in `overrides` is judged as it says. The given base stays as it is.

    level: for a design choice, the level of all its options. options: levels of single options. values: new
    values of other fields, by a dotted path (`costs.train.level`, `rates.evasion.robust_error.high`).
    Raises UsageError on an unknown entry, option or field, or a value that does not fit.
    """
    for id_, change in overrides.items():
        entry = base.get(id_)
        if not isinstance(entry, Entry):
            raise UsageError(f"overrides: {entry.id} is a published id and has nothing to judge otherwise.")
        base = _with_entry(base, _changed(entry, change))
    return base


def _changed(entry: Entry, change: Override) -> Entry:
    raw = entry.model_dump(mode="json")
    for path, value in _assignments(entry, change):
        _set(raw, path, value, entry.id)
    try:
        return type(entry).model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"overrides: {entry.id}, {where or 'entry'}: {first['msg']}.") from None


def _assignments(entry: Entry, change: Override) -> list[tuple[str, object]]:
    """Return (dotted path, value) for everything that changes, the special cases last so that they win."""
    pairs: list[tuple[str, object]] = list(change.values.items())
    levels = dict(change.options)
    if change.level is not None and isinstance(entry, DesignChoice):
        levels = dict.fromkeys(entry.options, change.level) | levels
    elif change.level is not None:
        pairs.append(("level", change.level))
    if levels and not isinstance(entry, DesignChoice):
        raise UsageError(f"overrides: {entry.id} is no design choice, so it has no options.")
    return pairs + [(f"options.{option}.level", level) for option, level in levels.items()]


def _set(raw: dict[str, Any], path: str, value: object, id_: str) -> None:
    """Set the field at `path`; it must exist. The id and the shape of the entry stay."""
    *parents, last = path.split(".")
    node: Any = raw
    for key in parents:
        node = node.get(key) if isinstance(node, dict) else None
    if not isinstance(node, dict) or last not in node or path == "id":
        fields = ", ".join(key for key in (node if isinstance(node, dict) else raw) if key != "id")
        raise UsageError(f"overrides: {id_} has no field {path!r} to judge otherwise; it has {fields}.")
    node[last] = value


def _with_entry(base: KnowledgeBase, entry: Entry) -> KnowledgeBase:
    """Return a new base (without the old one's index) with `entry` in the place of its namesake."""
    parts: dict[str, Any] = {kind: getattr(base, kind) for kind in KnowledgeBase.model_fields}
    if entry.id in Tables.model_fields:
        parts["tables"] = base.tables.model_copy(update={entry.id: entry})
    else:
        kind = next(kind for kind, entries in parts.items() if kind != "tables" and entry.id in entries)
        parts[kind] = {**parts[kind], entry.id: entry}
    return KnowledgeBase.model_construct(**parts)
