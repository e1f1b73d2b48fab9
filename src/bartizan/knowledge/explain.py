"""Any entry of the knowledge base in words, with its sources and with what else speaks of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from bartizan.core.errors import UsageError
from bartizan.core.suggest import nearest
from bartizan.core.vocabulary import Provenance
from bartizan.knowledge.base import Item, KnowledgeBase, label, title
from bartizan.knowledge.explain_plugin import explain_plugin, plugin_ids
from bartizan.knowledge.load import load
from bartizan.knowledge.schema import AtlasEntry, DesignChoice, Entry, Reference
from bartizan.knowledge.schema.tables import Table
from bartizan.knowledge.wording import describe, heading, says_something

Section = tuple[str, str]

HIDDEN = {"id", "name", "title", "provenance", "references", "newer"}
BACKLINKS = {
    "threats": "Techniques that name it",
    "choices": "Design choices that name it",
    "defences": "Defences that name it",
    "conflicts": "Conflict rules that name it",
    "methods": "Cells of the table by stage and threat class that name it",
    "baseline": "IT-security baseline that names it",
    "adversaries": "Adversaries that name it",
    "hazards": "Hazards that name it",
    "crosswalk": "Demands that name it",
    "metrics": "Metrics that name it",
    "stages": "Stages that name it",
}
PROVENANCE = {
    Provenance.SOURCED: "sourced: the documents below say so",
    Provenance.JUDGED: "judged: expert judgement, which `overrides` in system.yaml can change",
}


def explain(id: str, base: KnowledgeBase | None = None) -> tuple[Section, ...]:
    """Return headings and plain texts about an entry, the first being its id and name.

    id: any id of the base (case does not matter), an estimand, an option of a design choice as `DC13=scores`, or the
    id of a plugin. Raises UsageError when there is no such entry (with near misses) or option.
    """
    base = base or load()
    choice, option = _option(id, base)
    if choice is not None:
        return tuple(_about_option(choice, option, base))
    item = base.find(id)
    return tuple(_about(item, base)) if item is not None else _elsewhere(id, base)


def _elsewhere(id: str, base: KnowledgeBase) -> tuple[Section, ...]:
    """What the plugins say of an id that is no entry. Raises UsageError with the nearest of all ids."""
    found = explain_plugin(id, base)
    if not found and not base.did_you_mean(id):
        near = nearest(id, [i for ids in plugin_ids().values() for i in ids])
        if near is not None:
            raise UsageError(f"The knowledge base has no entry {id!r}. Did you mean {near}?")
    return found or tuple(_about(base.get(id), base))


def kinds(base: KnowledgeBase | None = None) -> tuple[Section, ...]:
    """What can be explained: each kind of entry and of plugin with some of its ids."""
    base = base or load()
    entries = {name: tuple(getattr(base, name)) for name in type(base).model_fields if name != "tables"}
    tables = tuple(table.id for _, table in base.items() if isinstance(table, Table))
    estimands = tuple(e for metric in base.metrics.values() for e in metric.estimands)
    named = {**entries, "tables": tables, "estimands": estimands}
    for name, ids in plugin_ids().items():
        named[name] = tuple(dict.fromkeys((*named.get(name, ()), *ids)))
    return tuple((name.replace("_", " "), _some(ids)) for name, ids in named.items())


def _some(ids: tuple[str, ...], most: int = 8) -> str:
    more = f" … ({len(ids)} in all)" if len(ids) > most else ""
    return ", ".join(ids[:most]) + more


def plain_text(sections: tuple[Section, ...]) -> str:
    """Return the sections as text for a terminal: the first as a title, the rest indented under their headings."""
    (id_, name), *rest = sections
    blocks = [id_ if id_ == name else f"{id_}  {name}"]
    for name, text in rest:
        blocks.append("\n".join([name, *(f"  {line}" for line in text.splitlines())]))
    return "\n\n".join(blocks)


def _option(id: str, base: KnowledgeBase) -> tuple[DesignChoice | None, str]:
    """Split `DC13=scores` (or `DC13.scores`); (None, "") when `id` is not of that form."""
    match = re.fullmatch(r"\s*(\w+)[=.](\w+)\s*", id)
    choice = base.find(match[1]) if match else None
    if match is None or not isinstance(choice, DesignChoice):
        return None, ""
    value = match[2].lower()
    try:
        return choice, choice.resolve(int(value) if value.isdigit() else value)
    except KeyError:
        options = ", ".join(choice.options)
        raise UsageError(f"{choice.id} has no option {match[2]!r}; its options are {options} and unknown.") from None


def _about_option(choice: DesignChoice, option: str, base: KnowledgeBase) -> Iterator[Section]:
    answer = choice.option(option)
    yield f"{choice.id}={option}", choice.title
    yield "Level", f"{answer.level}: {answer.why}"
    yield from (section for section in _about(choice, base) if section[0] not in (choice.id, "Options"))


def _about(item: Item, base: KnowledgeBase) -> Iterator[Section]:
    yield item.id, title(item)
    for field in type(item).model_fields:
        value = getattr(item, field)
        if field not in HIDDEN and says_something(value):
            yield heading(field), describe(field, value, base)
    yield from _backlinks(item, base)
    if isinstance(item, Reference):
        yield "Citation", item.citation
    if isinstance(item, AtlasEntry):
        yield (
            "Source",
            f"MITRE ATLAS, {'newer than the' if item.newer else 'in the'} vendored release 5.6.0 (Apache-2.0)",
        )
    if isinstance(item, Entry):
        yield "Provenance", PROVENANCE[item.provenance]
        if item.references:
            yield "Sources", "\n".join(f"[{id_}] {base.references[id_].citation}" for id_ in item.references)


def _backlinks(item: Item, base: KnowledgeBase) -> Iterator[Section]:
    """Yield which other entries name this one, by kind; those it names itself are not repeated."""
    known = {item.id, *strings(item)}
    for kind, name in BACKLINKS.items():
        entries: dict[str, Entry] = getattr(base, kind)
        naming = [label(e) for e in entries.values() if e.id not in known and item.id in strings(e)]
        if naming:
            yield name, "\n".join(naming)


def strings(value: object) -> Iterator[str]:
    """Yield every string within an entry, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from strings(getattr(value, field))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from strings(key)
            yield from strings(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)
