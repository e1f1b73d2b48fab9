"""Defence in depth: for each life-cycle stage and state of the information, the controls the description shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bartizan.core.assessment import Layer
from bartizan.core.system import OUTSIDE, Asset, Flow, Interface, System
from bartizan.core.vocabulary import Stage
from bartizan.knowledge.base import KnowledgeBase

STATES = ("at_rest", "in_transit", "in_use")
BUILDING = (Stage.DATA, Stage.TRAINING, Stage.RETRAINING)
RUNNING = (Stage.DEPLOYMENT, Stage.MONITORING)
CHECKING = (Stage.EVALUATION, Stage.TESTING)

Item = Asset | Interface


class Control(NamedTuple):
    """A design choice that is a control when it is answered in one of the ways that `holds` accepts."""

    choice: str  # or "authentication", which is a field without a choice
    holds: Callable[[object], bool]
    text: str
    stages: tuple[Stage, ...]
    states: tuple[str, ...]
    guards: bool = True  # False: it keeps nobody out and cannot fail; it only bounds what a leak costs


def _one_of(*options: str) -> Callable[[object], bool]:
    return lambda value: value in options


CONTROLS: tuple[Control, ...] = (
    Control("DC01", _one_of("own"), "own collection", (Stage.DATA,), ("in_transit",)),
    Control("DC02", _one_of("in_house", "vendor_checked"), "checked labels", (Stage.DATA,), ("in_use",)),
    Control("DC06", _one_of("hashed", "signed"), "digests of the data", (*BUILDING, *CHECKING), ("at_rest",)),
    Control("DC06", _one_of("signed"), "signatures of the source", (Stage.DATA, Stage.RETRAINING), ("in_transit",)),
    Control("DC06", _one_of("versioned", "signed"), "versions to go back to", BUILDING, ("at_rest",)),
    Control("DC04", _one_of("none", "pseudonymised"), "no direct identifiers", (*BUILDING, *CHECKING), STATES, False),
    Control("DC24", _one_of("segregated"), "segregated environments", (*BUILDING, *CHECKING), ("in_use", "at_rest")),
    Control("DC22", _one_of("signed_safe"), "signed model files", (*CHECKING, *RUNNING), ("at_rest", "in_transit")),
    Control(
        "DC22", _one_of("signed_safe", "safetensors", "onnx"), "model files that cannot run code",
        (Stage.TRAINING, *CHECKING, *RUNNING), ("at_rest", "in_transit"),
    ),
    Control("DC23", _one_of("pinned_scanned"), "pinned and scanned libraries", (Stage.TRAINING, *RUNNING), ("in_use",)),
    Control("DC25", _one_of("bounds_checked"), "bounds of inputs checked", RUNNING, ("in_use",)),
    Control("DC15", _one_of("diverse"), "diverse ensemble", RUNNING, ("in_use",)),
    Control("DC17", _one_of("certified_smoothing"), "certified smoothing", RUNNING, ("in_use",)),
    Control("DC12", _one_of("small_regularised"), "model too small to memorise", RUNNING, ("in_use",)),
    Control("DC13", _one_of("label", "top_k", "rounded"), "reduced output", RUNNING, ("in_transit",)),
    Control("DC20", lambda value: isinstance(value, int), "query budget per actor", RUNNING, ("in_transit",)),
    Control("authentication", _one_of("account", "strong"), "authentication", RUNNING, ("in_transit",)),
    Control("DC21", _one_of("per_principal", "partial"), "query logs", (Stage.MONITORING,), ("in_transit", "in_use")),
    Control("DC26", _one_of("own"), "own premises", (Stage.TRAINING, *RUNNING), ("at_rest", "in_use")),
    Control("DC27", _one_of("dedicated", "tee"), "isolated computation", (Stage.TRAINING, *RUNNING), ("in_use",)),
    Control("DC28", _one_of("multi_modal", "redundant"), "more than one sensor", RUNNING, ("in_use",)),
    Control("DC29", _one_of("ecc"), "memory errors corrected", (Stage.TRAINING, *RUNNING), ("in_use",)),
    Control("DC32", _one_of("per_decision", "sampled"), "human oversight", RUNNING, ("in_use",)),
    Control("DC31", _one_of("tested", "human_queue"), "fallback", RUNNING, ("in_use",)),
    Control("DC35", _one_of("gated"), "gate with an owner's approval", (Stage.RETRAINING,), ("in_use",)),
)  # fmt: skip


def layers(system: System, kb: KnowledgeBase) -> tuple[Layer, ...]:
    """One cell for each stage (gates included) and state, in order. A cell with one control is a single point of
    failure; one with none says so. A control counts only where every item it could be on has it.

    Planning handles no information yet, and after decommissioning it only rests.
    """
    shown = dict(_shown(system))
    return tuple(
        _layer(system, stage, state, shown)
        for stage in Stage
        for state in STATES
        if stage.value in kb.stages and stage is not Stage.PLANNING
        if stage is not Stage.DECOMMISSION or state == "at_rest"
    )


def _layer(system: System, stage: Stage, state: str, shown: dict[Control, str]) -> Layer:
    here = {c: text for c, text in shown.items() if stage in c.stages and state in c.states}
    held = tuple(text for c, text in here.items() if c.guards)
    return Layer(
        stage=stage.value,
        state=state,
        controls=held,
        bounds=tuple(text for c, text in here.items() if not c.guards),
        single_point=len(held) == 1,
        note=_note(held, list(_flows(system, stage, state))),
    )


def _shown(system: System) -> Iterator[tuple[Control, str]]:
    """Every control that holds, with the items that show it."""
    answers: dict[str, list[tuple[str, object]]] = {}
    for choice in system.iter_choices():
        answers.setdefault(choice.entry, []).append((choice.item, choice.value))
    answers["authentication"] = [(i.id, i.authentication) for i in system.interfaces]
    trained_on = {d.id for m in system.assets.models if (d := system.training_data(m.id)) is not None}
    for control in CONTROLS:
        given = answers.get(control.choice, [])
        if control.choice in ("DC01", "DC02", "DC04", "DC06"):
            given = [(item, value) for item, value in given if item in trained_on]
        if given and all(control.holds(value) for _, value in given):
            where = ", ".join(item for item, _ in given if item != "system")
            yield control, f"{control.text} ({where})" if where else control.text


def _flows(system: System, stage: Stage, state: str) -> Iterator[Flow]:
    """The flows in that state whose ends belong to that stage."""
    data = {d.id for d in system.assets.data}
    doors = {i.id: i for i in system.interfaces}
    for flow in system.flows:
        ends = {flow.source, flow.to} - {OUTSIDE}
        comes_in = flow.source not in data and flow.to in data
        building = bool(ends & data) and stage in (
            (Stage.DATA, Stage.RETRAINING) if comes_in else (*BUILDING, *CHECKING)
        )
        running = not ends & data and stage in RUNNING
        closed = any(end in doors and not doors[end].is_open(stage) for end in ends)
        if flow.state in (state, "unknown") and (building or running) and not closed:
            yield flow


def _note(held: tuple[str, ...], flows: list[Flow]) -> str:
    crossing = [f"{f.carries} from {f.source} to {f.to} cross '{f.crosses}'" for f in flows if f.crosses]
    carried = "; ".join(crossing)
    if not held:
        gap = "Nothing the description shows guards this."
        return f"{gap} {carried[:1].upper()}{carried[1:]}." if carried else gap
    only = f"Nothing stands behind '{held[0]}'." if len(held) == 1 else ""
    return " ".join(part for part in (only, f"{carried[:1].upper()}{carried[1:]}." if carried else "") if part)
