"""System → exposures: every design choice of every asset and interface and of the system itself, one a row."""

from __future__ import annotations

from bartizan.core.exposure import Exposure
from bartizan.core.system import DesignChoice, Override, System
from bartizan.core.vocabulary import Level
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import DesignChoice as ChoiceEntry

from .overrides import overridden


def exposures(system: System, kb: KnowledgeBase) -> tuple[Exposure, ...]:
    """The exposure table in the order of the description; what is not described has the level `unknown`.

    Overrides of the description are applied and marked; one on `DC13@api` goes before one on `DC13`.
    Raises `UsageError` when an override names something that does not exist.
    """
    base = overridden(kb, system.overrides)
    return tuple(_exposure(found, base.choices[found.entry], system) for found in system.iter_choices())


def _exposure(found: DesignChoice, entry: ChoiceEntry, system: System) -> Exposure:
    option = entry.option(found.value)
    id = f"{entry.id}@{found.item}"
    own = system.overrides.get(id)
    level = _own_level(own, entry.resolve(found.value)) or option.level
    general = system.overrides.get(entry.id)
    return Exposure(
        id=id,
        choice=entry.id,
        title=entry.title,
        aspect=entry.aspect,
        item=found.item,
        field=found.field,
        option=str(found.value),
        level=level,
        effect=entry.effect,
        threats=entry.raises,
        reason=own.why if own and own.why else option.why,
        provenance=option.provenance,
        references=entry.references,
        overridden=any(o and _own_level(o, entry.resolve(found.value)) for o in (own, general)),
    )


def _own_level(override: Override | None, option: str) -> Level | None:
    return None if override is None else override.options.get(option, override.level)
