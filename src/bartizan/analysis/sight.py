"""What an adversary sees of a model in a stage: computed from interfaces, flows, boundaries and who holds what.

Nothing here is a guess about intent; it is what the description leaves open. An `unknown` counts as open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from bartizan.core.access import Output
from bartizan.core.system import OUTSIDE, DataAsset, Interface, ModelAsset
from bartizan.core.vocabulary import Capability, Stage
from bartizan.knowledge.schema import AdversaryProfile

from .cast import Player
from .crossing import INSIDE, Gain, Via, carries_weights, gains
from .facts import Facts

VIAS: tuple[Via, ...] = ("internal", "held", "supply", "partners", "public")  # from the narrowest way in to the widest


@dataclass
class Sight:
    """Capabilities over one model, each with the widest way in, and the interfaces that can be asked.

    packages: it can place files that the system opens. scene: it can arrange what the sensors look at.
    because: of a capability that a flow over a trust boundary gives, which flow.
    """

    interfaces: dict[str, Via] = field(default_factory=dict)
    capabilities: dict[Capability, Via] = field(default_factory=dict)
    packages: Via | None = None
    scene: Via | None = None
    because: dict[Capability, str] = field(default_factory=dict)

    def add(self, via: Via, *capabilities: Capability) -> None:
        """Note capabilities; of two ways to one capability the wider stays."""
        for capability in capabilities:
            known = self.capabilities.get(capability, via)
            self.capabilities[capability] = wider(known, via)

    def over(self, boundary: Gain) -> None:
        """Note what a flow over a trust boundary gives beyond what is seen without it."""
        for capability in boundary.capabilities:
            known = self.capabilities.get(capability)
            if known is None or wider(known, boundary.via) != known:
                self.because[capability] = boundary.because
                self.add(boundary.via, capability)
        if boundary.places and self.packages is None:
            self.packages = boundary.via
            self.because.setdefault(Capability.FILES, boundary.because)

    def __or__(self, other: Sight) -> Sight:
        both = Sight(dict(self.interfaces), dict(self.capabilities), self.packages, self.scene)
        both.because = {**other.because, **self.because}
        both.interfaces.update(other.interfaces)
        for capability, via in other.capabilities.items():
            both.add(via, capability)
        both.packages = self.packages or other.packages
        both.scene = self.scene or other.scene
        return both


def wider(one: Via, other: Via) -> Via:
    """The wider of two ways in."""
    return max(one, other, key=VIAS.index)


def sight(player: Player, model: ModelAsset, facts: Facts, stages: Iterable[Stage]) -> Sight:
    """Everything `player` can reach of `model` in any of `stages`."""
    active = [stage for stage in stages if stage in player.stages]
    return reduce(lambda a, b: a | b, (_in_stage(player, model, facts, stage) for stage in active), Sight())


def _in_stage(player: Player, model: ModelAsset, facts: Facts, stage: Stage) -> Sight:
    seen = Sight()
    open_now = [i for i in facts.system.interfaces_of(model.id) if i.is_open(stage) and player.queries != 0]
    if player.profile is not None:
        _by_profile(seen, player.profile, model, facts, stage, open_now)
    elif player.described is not None:
        _by_reach(seen, player, model, facts, open_now)
    _published(seen, model, facts, stage)
    for gain in gains(player, model, facts, stage):
        seen.over(gain)
    return seen


def answers(interface: Interface) -> tuple[tuple[Capability, ...], Output]:
    """What one query to an interface gives. `unknown` is planned for as the most telling answer without gradients."""
    kinds: dict[str, Literal["label", "top_k", "rounded", "scores", "logits"]] = {
        "label": "label", "top_k": "top_k", "rounded": "rounded", "scores": "scores",
    }  # fmt: skip
    capabilities = [Capability.LABELS]
    if interface.returns != "label":
        capabilities.append(Capability.SCORES)
    if interface.returns == "gradients":
        capabilities.append(Capability.LOGITS)
    if interface.explanations in ("per_query", "unknown"):
        capabilities.append(Capability.EXPLANATIONS)
    output = Output(kind=kinds.get(interface.returns, "logits"), k=interface.k, decimals=interface.decimals)
    return tuple(capabilities), output


def _audience(interface: Interface) -> Via:
    if interface.authentication in ("none", "unknown") and interface.audience == "internal":
        return "partners"
    return {"internal": "internal", "partners": "partners"}.get(interface.audience, "public")  # type: ignore[return-value]


def _by_profile(
    seen: Sight, profile: AdversaryProfile, model: ModelAsset, facts: Facts, stage: Stage, interfaces: list[Interface]
) -> None:
    """The default cast: its `reach` is a rule over the description."""
    reach = profile.reach
    for interface in interfaces:
        audience = interface.audience in (*reach.audiences, "unknown")
        account = interface.authentication in (*reach.accounts, "unknown")
        if reach.audiences and audience and account:
            seen.interfaces[interface.id] = _audience(interface)
    data = facts.system.training_data(model.id)
    if data is not None:
        _data_by_profile(seen, profile, data, facts, stage)
    if "scene" in reach.holds and _has_sensors(model, facts):
        seen.scene = "public"
    hand = _hand_on_model(profile, model, facts)
    if hand is not None:
        held = [c for c in profile.capabilities if c not in (Capability.DATA_READ, Capability.DATA_WRITE)]
        seen.add(hand, *held, *(INSIDE if {Capability.WEIGHTS, Capability.FILES} & set(held) else ()))
    if "files" in reach.holds:
        seen.packages = "supply" if hand != "internal" else "internal"


def _hand_on_model(profile: AdversaryProfile, model: ModelAsset, facts: Facts) -> Via | None:
    """How the adversary gets at the model itself, if it does."""
    reach = profile.reach
    hosts = facts.hosts(model.id)
    if "device" in reach.holds:
        return "held" if any(h.place in (*reach.places, "unknown") for h in hosts) else None
    if "weights" in reach.holds:
        return "internal"
    made = reach.model_origin and model.origin in (*reach.model_origin, "unknown")
    runs = reach.parties and facts.option("DC34") in (*reach.parties, "unknown")
    return "supply" if made or runs else None


def _data_by_profile(seen: Sight, profile: AdversaryProfile, data: DataAsset, facts: Facts, stage: Stage) -> None:
    reach = profile.reach
    via: Via = "internal" if "training_data" in reach.holds else "supply" if "files" in reach.holds else "public"
    if _writes(profile, data):
        seen.add(via, Capability.DATA_WRITE, Capability.DATA_READ)
    fed = {f.source for f in facts.system.flows if f.to == data.id}
    for interface in fed & set(seen.interfaces):
        seen.add(seen.interfaces[interface], Capability.DATA_WRITE)
    published = reach.read_publicity and data.publicity in (*reach.read_publicity, "unknown")
    opened = data.open_to in reach.audiences and data.is_open(stage)
    if published or opened or "training_data" in reach.holds:
        seen.add(via if via == "internal" else "public", Capability.DATA_READ)


def _writes(profile: AdversaryProfile, data: DataAsset) -> bool:
    reach = profile.reach
    records = reach.write_origin and data.origin in (*reach.write_origin, "unknown")
    labels = reach.write_labels and data.labels in (*reach.write_labels, "unknown")
    return bool(records or labels)


def _has_sensors(model: ModelAsset, facts: Facts) -> bool:
    return any(h.sensors != "none" for h in facts.hosts(model.id))


def _by_reach(seen: Sight, player: Player, model: ModelAsset, facts: Facts, interfaces: list[Interface]) -> None:
    """A described adversary: it gets at what it `reaches`, and has the capabilities and knowledge stated."""
    described = player.described
    assert described is not None
    reaches = set(described.reaches)
    for interface in interfaces:
        if interface.id in reaches:
            seen.interfaces[interface.id] = _audience(interface)
    data = facts.data(model.id)
    if data in reaches:
        seen.add("supply", Capability.DATA_READ, *_written(player))
    if data and any(f.to == data and f.source in reaches for f in facts.system.flows):
        seen.add("public", *_written(player))
    if model.id in reaches:
        seen.add("held", Capability.FILES, *INSIDE)
    if {s.id for s in facts.software(model.id)} & reaches:
        seen.packages = "supply"
    for host in facts.hosts(model.id):
        if host.id in reaches:
            seen.add("held", Capability.FILES, *INSIDE)
            seen.scene = "held" if host.sensors != "none" else None
    if {"recipe"} & set(described.knowledge):
        seen.add("internal", Capability.RECIPE)
    if "training_data" in described.knowledge:
        seen.add("internal", Capability.DATA_READ)
    if "weights" in described.knowledge:
        seen.add("held", *INSIDE)
    seen.add("internal", *described.capabilities)
    if Capability.FILES in described.capabilities or model.id in reaches:
        seen.packages = seen.packages or "supply"


def _written(player: Player) -> tuple[Capability, ...]:
    return () if player.records == 0 else (Capability.DATA_WRITE,)


def _published(seen: Sight, model: ModelAsset, facts: Facts, stage: Stage) -> None:
    """What lies open to everybody: published assets, and weights that are handed out."""
    data = facts.system.training_data(model.id)
    if data is not None and data.open_to == "public" and data.is_open(stage):
        seen.add("public", Capability.DATA_READ)
    handed_out = any(f.source == model.id and f.to == OUTSIDE and carries_weights(f) for f in facts.system.flows)
    if (model.open_to == "public" and model.is_open(stage)) or handed_out:
        seen.add("public", *INSIDE)
