"""Which conflict rules of the knowledge base a chosen defence runs into here."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core.system import System
from bartizan.core.treatment import Conflict
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.fit import clashes, named, present
from bartizan.knowledge.in_place import in_place


def conflicts(
    defence: str, kb: KnowledgeBase, system: System, model: str, techniques: Iterable[str], chosen: Iterable[str] = ()
) -> tuple[Conflict, ...]:
    """Warnings about one defence on one model, each naming what it meets.

    techniques: those of the model's vulnerabilities; chosen: ids of the other defences chosen with it. Rules that
    describe a gain are left out; a rule whose other side the base cannot look up is there for the reader to judge.
    """
    there = present(system, techniques, {*in_place(system, model), *chosen})
    return tuple(
        Conflict(rule=clash.rule, text=clash.text, with_=_with(clash.others, clash.side, kb))
        for clash in clashes(defence, kb, there)
        if clash.relation != "beneficial"
    )


def _with(others: tuple[str, ...], side: str, kb: KnowledgeBase) -> str:
    return f"{side}: {named(others, kb)}" if others else side
