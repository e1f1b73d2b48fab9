"""Stages × threat classes: what to do when, what is in place already, and what gets in the way here."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.core.plan import Cell, Method, State
from bartizan.core.profile import Profile
from bartizan.core.system import System
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.fit import Clash, burdens, clashes, never, obstacles, present, said
from bartizan.knowledge.in_place import in_place, method_in_place
from bartizan.knowledge.schema import DefenceEntry, MethodCell, MethodEntry


def table(
    system: System, kb: KnowledgeBase, techniques: tuple[str, ...], profiles: tuple[Profile, ...]
) -> tuple[Cell, ...]:
    """The table in the order of the knowledge base, gates between the building stages.

    techniques: those of the system's vulnerabilities. The state of a method, with the reasons in `note`:
    `in_place` when the description shows it for every model; `refuted` when its defence is known to be broken;
    `does_not_fit` when no model can take it; `conflicts` when a conflict rule applies to it with a control or a design
    choice that is there; `at_a_price` when it fits, but costs what the use case limits or makes another weakness of
    this system worse; else `recommended`. A rule that the reader must judge, or that holds only under a condition, is
    a note and changes no state.
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
    met = clashes(defence.id, board.kb, board.there)
    state, reasons = _judged(defence, met, board)
    rules = tuple(c.rule for c in met if f"(rule {c.rule})" in _sentence(reasons))
    return method.model_copy(update={"state": state, "note": _sentence(reasons), "rules": rules})


def _judged(defence: DefenceEntry, met: Sequence[Clash], board: _Board) -> tuple[State, list[str]]:
    """The first state that applies, the hardest first, with all that speaks for it."""
    hard = [c for c in met if c.relation == "conflict" and c.others]
    opposed = [c for c in hard if not set(c.others) <= set(board.kb.threats)]
    prices = [text for p in board.profiles for text in burdens(defence, p)] + [said(c, board.kb) for c in hard]
    notes = [said(c, board.kb) for c in met if c not in hard]
    states: tuple[tuple[State, list[str]], ...] = (
        ("refuted", _broken(defence)),
        ("does_not_fit", _unfit(defence, board)),
        ("conflicts", prices if opposed else []),
        ("at_a_price", prices),
    )
    state, reasons = next(((s, r) for s, r in states if r), ("recommended", notes))
    return state, list(dict.fromkeys(reasons))


def _broken(defence: DefenceEntry) -> list[str]:
    if not never(defence):
        return []
    return [b.text.rstrip(".") for b in defence.breakages] or [defence.summary.rstrip(".")]


def _unfit(defence: DefenceEntry, board: _Board) -> list[str]:
    """Why no model can take the defence; one that some can take fits."""
    reasons = [obstacles(defence, p, board.system) for p in board.profiles]
    return list(reasons[0]) if reasons and all(reasons) else []


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
