"""What a flow across a trust boundary gives, and to whom. It depends on the state of what flows:

at rest     whoever has the place it lies in: those who keep files for the system, those who can take the device
in transit  whoever is on the boundary: the audience of the interface it passes, or anybody where it passes none
in use      whoever is where it is used: insiders, and those who have the device
unknown     all of these
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from bartizan.core.system import OUTSIDE, Flow, HardwareAsset, ModelAsset
from bartizan.core.vocabulary import Capability, Stage

from .cast import Player
from .facts import Facts

Via = Literal["internal", "held", "partners", "supply", "public"]

INSIDE = (Capability.WEIGHTS, Capability.LOGITS, Capability.SCORES, Capability.LABELS)
_WEIGHTS = ("weight", "checkpoint", "parameter", "model file")
_STATES = ("in_transit", "at_rest", "in_use")  # the widest way in first
_WORDS = {
    "at_rest": "at rest, open to whoever keeps it",
    "in_transit": "in transit, open to whoever is on the way",
    "in_use": "in use, open to whoever holds the place",
    "unknown": "in a state not stated, planned for as open to whoever is on the way, keeps it, or holds the place",
}


class Gain(NamedTuple):
    """Capabilities that one flow gives, the way in, and why, in a sentence. places: it brings files that are opened."""

    capabilities: tuple[Capability, ...]
    via: Via
    because: str
    places: bool


def gains(player: Player, model: ModelAsset, facts: Facts, stage: Stage) -> Iterator[Gain]:
    """What `player` gets of `model` from the flows that cross a boundary in `stage`."""
    for flow in facts.system.flows:
        given = _given(flow, model, facts, player)
        if flow.crosses is None or not given or not _happens(flow, facts, stage):
            continue
        states = _STATES if flow.state == "unknown" else (flow.state,)
        ways = [via for state in states if (via := _way(flow, state, player, facts)) is not None]
        if ways:
            places = flow.to == model.id and carries_weights(flow)
            yield Gain(given, ways[0], _because(flow), places)


def carries_weights(flow: Flow) -> bool:
    """Whether a model flows, by what the description calls it."""
    carried = flow.carries.lower()
    return any(word in carried for word in _WEIGHTS) or carried.split()[-1:] in (["model"], ["models"])


def _given(flow: Flow, model: ModelAsset, facts: Facts, player: Player) -> tuple[Capability, ...]:
    """Weights as they pass, records as they pass, and a hand in what enters the model or its training data."""
    data = facts.data(model.id)
    if carries_weights(flow):
        if model.id not in (flow.source, flow.to):
            return ()
        return (*INSIDE, *((Capability.FILES,) if flow.to == model.id else ()))
    if flow.to == data:
        return (Capability.DATA_READ, *(() if player.records == 0 else (Capability.DATA_WRITE,)))
    asked = flow.to in {i.id for i in facts.system.interfaces_of(model.id)}
    return (Capability.DATA_READ,) if flow.source == data or asked else ()


def _happens(flow: Flow, facts: Facts, stage: Stage) -> bool:
    return all(i.is_open(stage) for i in facts.system.interfaces if i.id in (flow.source, flow.to))


def _way(flow: Flow, state: str, player: Player, facts: Facts) -> Via | None:
    """How the player gets at what flows in that state, if it does."""
    if player.described is not None:
        return _described_way(flow, state, set(player.described.reaches), facts)
    if player.profile is None:
        return None
    reach = player.profile.reach
    insider = "weights" in reach.holds
    taken = "device" in reach.holds and any(h.place in (*reach.places, "unknown") for h in _hardware(flow, facts))
    if state == "in_transit":
        audience = _audience(flow, facts)
        on_it: Via | None = audience if audience in reach.audiences else None
        return "internal" if on_it and insider else on_it
    if insider:
        return "internal"
    if state == "at_rest" and "files" in reach.holds:
        return "supply"
    return "held" if taken else None


def _described_way(flow: Flow, state: str, reaches: set[str], facts: Facts) -> Via | None:
    """Somebody described is on the boundaries and in the places that the description says it reaches."""
    if state == "in_transit" and flow.crosses in reaches:
        return "public"
    places = {a.id for a in facts.system.assets.all()} & {flow.source, flow.to}
    return ("held" if state == "in_use" else "supply") if places & reaches else None


def _hardware(flow: Flow, facts: Facts) -> list[HardwareAsset]:
    """The hardware at either end, and what the ends run on."""
    ends = {flow.source, flow.to}
    return [h for h in facts.system.assets.hardware if h.id in ends or not h.hosts or ends & set(h.hosts)]


def _audience(flow: Flow, facts: Facts) -> Literal["internal", "partners", "public"]:
    """Who is on the way: those an interface at either end is there for, and anybody where there is none."""
    for interface in facts.system.interfaces:
        if interface.id in (flow.source, flow.to) and interface.audience != "unknown":
            return interface.audience
    return "public"


def _because(flow: Flow) -> str:
    ends = [f"'{end}'" if end != OUTSIDE else OUTSIDE for end in (flow.source, flow.to)]
    return f"What flows from {ends[0]} to {ends[1]} ({flow.carries}) crosses '{flow.crosses}' {_WORDS[flow.state]}."
