"""Judging entries otherwise: the `overrides` of a description laid over the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import DesignChoice, Entry, Tables

if TYPE_CHECKING:
    from bartizan.core.system.gates import Override


class Misfit(UsageError):
    """What an override says does not fit its entry. keys: the way to it, below the id of the entry."""

    def __init__(self, sentence: str, *keys: str) -> None:
        super().__init__(sentence)
        self.keys = keys


def override(base: KnowledgeBase, overrides: Mapping[str, Override]) -> KnowledgeBase:
    """Return a base in which each entry named in `overrides` is judged as it says. The given base stays as it is.

    level: for a design choice, the level of all its options. options: levels of single options. values: new
    values of other fields, by a dotted path (`costs.train.level`, `rates.evasion.robust_error.high`).
    Raises UsageError on an unknown entry, `Misfit` on an unknown option or field, or a value that does not fit.
    """
    for id_, change in overrides.items():
        entry = base.get(id_)
        if not isinstance(entry, Entry):
            raise Misfit(f"{entry.id} is a published id and has nothing to judge otherwise")
        base = _with_entry(base, _changed(entry, change))
    return base


def _changed(entry: Entry, change: Override) -> Entry:
    raw = entry.model_dump(mode="json")
    for path, value in change.values.items():
        _set(raw, path, value, entry.id)
    for option, level in _levels(entry, change).items():
        raw["options"][option]["level"] = level
    try:
        return type(entry).model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Input ").removeprefix("Value error, ")
        raise Misfit(f"{where or 'this'} of {entry.id} {message}", "values", *_written(where, change)) from None


def _written(where: str, change: Override) -> tuple[str, ...]:
    """The key under `values` that set the field at `where`."""
    return tuple(path for path in change.values if path == where)[:1]


def _levels(entry: Entry, change: Override) -> dict[str, object]:
    """The level of each option that changes; a level of the whole first, so that single options win."""
    if not isinstance(entry, DesignChoice):
        if change.level is not None or change.options:
            key = "level" if change.level is not None else "options"
            raise Misfit(f"{entry.id} is no design choice, so it has no {key}; use 'values' for its fields", key)
        return {}
    for option in change.options:
        if option not in entry.options:
            hint = did_you_mean(option, entry.options)
            raise Misfit(f"{entry.id} has no option '{option}'{hint}", "options", option)
    whole = dict.fromkeys(entry.options, change.level) if change.level is not None else {}
    return {**whole, **change.options}


def _set(raw: dict[str, Any], path: str, value: object, id_: str) -> None:
    """Set the field at `path`; it must exist. The id and the shape of the entry stay."""
    *parents, last = path.split(".")
    node: Any = raw
    for depth, key in enumerate((*parents, last)):
        if not isinstance(node, dict) or key not in node or path == "id":
            fields = [".".join((*parents[:depth], k)) for k in (node if isinstance(node, dict) else raw) if k != "id"]
            raise Misfit(f"{id_} has no field '{path}' to judge otherwise{did_you_mean(path, fields)}", "values", path)
        if depth < len(parents):
            node = node[key]
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
