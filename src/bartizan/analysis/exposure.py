"""System → exposures: every design choice of every asset and interface and of the system itself, one a row."""

from __future__ import annotations

from bartizan.core.exposure import Exposure
from bartizan.core.system import DesignChoice, System
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.override import override
from bartizan.knowledge.schema import DesignChoice as ChoiceEntry


def exposures(system: System, kb: KnowledgeBase) -> tuple[Exposure, ...]:
    """The exposure table in the order of the description; what is not described has the level `unknown`.

    Overrides of the description are applied and marked. Raises `UsageError` when one names what does not exist.
    """
    base = override(kb, system.overrides)
    return tuple(_exposure(found, base.choices[found.entry], system) for found in system.iter_choices())


def _exposure(found: DesignChoice, entry: ChoiceEntry, system: System) -> Exposure:
    name, option = entry.resolve(found.value), entry.option(found.value)
    own = system.overrides.get(entry.id)
    judged_here = own is not None and name in entry.options and (own.level is not None or name in own.options)
    return Exposure(
        id=f"{entry.id}@{found.item}",
        choice=entry.id,
        title=entry.title,
        aspect=entry.aspect,
        item=found.item,
        field=found.field,
        option=str(found.value),
        level=option.level,
        effect=entry.effect,
        threats=entry.raises,
        reason=own.why if own is not None and judged_here and own.why else option.why,
        provenance=option.provenance,
        references=entry.references,
        overridden=judged_here,
    )
