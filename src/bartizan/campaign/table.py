"""Stages × threat classes: what to do when, what is in place already, and what gets in the way here."""

from __future__ import annotations

from bartizan.core.plan import Cell, Method
from bartizan.core.profile import Profile
from bartizan.core.system import System
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.fit import burdens, clashes, obstacles, present
from bartizan.knowledge.in_place import in_place, method_in_place
from bartizan.knowledge.schema import DefenceEntry, MethodCell, MethodEntry


def table(
    system: System, kb: KnowledgeBase, techniques: tuple[str, ...], profiles: tuple[Profile, ...]
) -> tuple[Cell, ...]:
    """The table in the order of the knowledge base, gates between the building stages.

    techniques: those of the system's vulnerabilities. A method is `in_place` when the description shows it for every
    model; it `conflicts` when no model can take it, when it breaks a limit of the use case, or when a conflict rule
    applies to it with what is there; `note` says which. Where a rule only holds under a condition, the method stays
    recommended and the note states the condition.
    """
    defences = {id for p in profiles for id in in_place(system, p.model)}
    board = _Board(system, kb, profiles, present(system, techniques, defences))
    return tuple(_cell(cell, board) for cell in kb.methods.values())


class _Board:
    """What every method is held against."""

    def __init__(self, system: System, kb: KnowledgeBase, profiles: tuple[Profile, ...], there: frozenset[str]) -> None:
        self.system = system
        self.kb = kb
        self.profiles = profiles
        self.there = there

    def in_place(self, cell: str, defence: str | None) -> str | None:
        """What shows a method to be in place for every model, or None."""
        shown = [method_in_place(self.system, p.model, cell, defence) for p in self.profiles]
        return "; ".join(dict.fromkeys(how for how in shown if how)) if shown and all(shown) else None


def _cell(cell: MethodCell, board: _Board) -> Cell:
    return Cell(
        stage=cell.stage,
        threat_class=cell.threat_class,
        methods=tuple(_method(cell.id, entry, board) for entry in cell.methods),
    )


def _method(cell: str, entry: MethodEntry, board: _Board) -> Method:
    method = Method(text=entry.text, effects=entry.effects, defence=entry.defence)
    shown = board.in_place(cell, entry.defence)
    if shown is not None:
        return method.model_copy(update={"state": "in_place", "note": shown})
    defence = board.kb.defences.get(entry.defence or "")
    if defence is None:
        return method
    against, besides = _objections(defence, board)
    state = "conflicts" if against else "recommended"
    return method.model_copy(update={"state": state, "note": _sentence(against or besides)})


def _objections(defence: DefenceEntry, board: _Board) -> tuple[list[str], list[str]]:
    """What speaks against the defence here, and what should be known besides."""
    against: list[str] = []
    if defence.deprecated:
        against += [breakage.text.rstrip(".") for breakage in defence.breakages]
    if board.profiles:
        unfit = [obstacles(defence, p, board.system) for p in board.profiles]
        against += unfit[0] if all(unfit) else ()
        against += [text for p in board.profiles for text in burdens(defence, p)]
    found = clashes(defence.id, board.kb, board.there)
    against += [
        f"{c.rule} with {', '.join(c.others)} ({c.side})" for c in found if c.relation == "conflict" and c.others
    ]
    besides = [
        f"{c.rule}: {c.text.rstrip('.')}" for c in found if c.relation != "conflict" or not c.others
    ]  # fmt: skip
    return list(dict.fromkeys(against)), besides


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
