"""What an organisation judges otherwise: entries of the knowledge base, changed as `overrides` in the description says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.core.system import Override
from bartizan.core.vocabulary import Level
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import DesignChoice
from bartizan.knowledge.schema.common import Entry


def overridden(kb: KnowledgeBase, overrides: Mapping[str, Override]) -> KnowledgeBase:
    """The knowledge base as this system sees it. Doing it twice changes nothing more.

    A key is the id of an entry; `DC13@api` (one choice of one item) is left to `exposures`. In `values`, a dotted
    name reaches inside (`rates.evasion.high`). Raises `UsageError` in one sentence when a key, an option, a field
    or a value does not exist.
    """
    for key, override in overrides.items():
        name, at, _ = key.partition("@")
        entry = kb.get(name)
        if not isinstance(entry, Entry):
            raise UsageError(f"overrides: '{key}' is a citation or an id of ATLAS, which cannot be judged otherwise")
        changed = _changed(entry, key, override)
        if not at:
            kb = _replaced(kb, entry.id, changed)
    return kb


def _changed(entry: Entry, key: str, override: Override) -> Entry:
    if override.level is None and not override.options:
        return _with_values(entry, key, override.values)
    if not isinstance(entry, DesignChoice):
        raise UsageError(f"overrides: '{key}' is not a design choice, so it has no level; change its fields by 'values'")
    levels: dict[str, Level] = dict.fromkeys(entry.options, override.level) if override.level else {}
    for option, level in override.options.items():
        if option not in entry.options:
            raise UsageError(f"overrides: '{key}' has no option '{option}'{did_you_mean(option, entry.options)}")
        levels[option] = level
    options = {
        name: option.model_copy(update={"level": levels[name], "why": override.why or option.why})
        if name in levels
        else option
        for name, option in entry.options.items()
    }
    return _with_values(entry.model_copy(update={"options": options}), key, override.values)


def _with_values(entry: Entry, key: str, values: Mapping[str, Any]) -> Entry:
    if not values:
        return entry
    body = entry.model_dump(mode="json")
    for path, value in values.items():
        _set(body, key, path, value)
    try:
        return type(entry).model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"overrides: '{key}' cannot take this value at '{where}': {first['msg']}") from None


def _set(body: dict[str, Any], key: str, path: str, value: Any) -> None:
    *outer, last = path.split(".")
    place: Any = body
    for part in outer:
        place = place.get(part) if isinstance(place, dict) else None
    if not isinstance(place, dict) or last not in place:
        known = place if isinstance(place, dict) else body
        raise UsageError(f"overrides: '{key}' has no field '{path}'{did_you_mean(last, known)}")
    place[last] = value


def _replaced(kb: KnowledgeBase, id: str, entry: Entry) -> KnowledgeBase:
    for name in type(kb).model_fields:
        kind = getattr(kb, name)
        if isinstance(kind, dict) and id in kind:
            return kb.model_copy(update={name: {**kind, id: entry}})
    tables = {name: entry for name in type(kb.tables).model_fields if getattr(kb.tables, name).id == id}
    return kb.model_copy(update={"tables": kb.tables.model_copy(update=tables)})
