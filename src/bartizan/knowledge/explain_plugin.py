"""A plugin in words: what it says of itself, for ids that are no entry of the knowledge base."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.core import plugins
from bartizan.core.contracts import Plugin
from bartizan.knowledge.base import KnowledgeBase, label

Section = tuple[str, str]
WORDS = {
    "threats": "Answers",
    "counters": "Tried against",
    "defence": "In the catalogue as",
    "because": "Because",
    "goal": "Goal",
    "harm": "Judged by",
    "kinds": "Answers to the kind",
    "cost_hint": "Cost",
}


def explain_plugin(id: str, base: KnowledgeBase) -> tuple[Section, ...]:
    """Headings and texts about the plugins with this id (one id may be used for several kinds), empty when none."""
    wanted = id.strip().lower()
    found = [(kind, cls) for kind in plugins.FOLDERS if (cls := plugins.plugins(kind).get(wanted)) is not None]
    return tuple(section for kind, cls in found for section in _about(kind, cls, base))


def plugin_ids() -> dict[str, tuple[str, ...]]:
    """Ids of every plugin by kind."""
    return {kind: tuple(plugins.plugins(kind)) for kind in plugins.FOLDERS}


def _about(kind: str, cls: type[Plugin], base: KnowledgeBase) -> Iterator[Section]:
    spec = cls.spec
    yield spec.id, spec.title
    yield "Kind", f"one of the {kind}, version {spec.version}"
    yield "Summary", spec.summary or spec.title
    for field, name in WORDS.items():
        value = getattr(spec, field, ())
        if value:
            yield name, "\n".join(_known(v, base) for v in ((value,) if isinstance(value, str) else value))
    if spec.references:
        yield (
            "Sources",
            "\n".join(f"[{r}] {base.references[r].citation}" if r in base.references else r for r in spec.references),
        )


def _known(value: str, base: KnowledgeBase) -> str:
    item = base.find(value)
    return value if item is None else label(item) if item.id == value else f"{value}: {label(item)}"
