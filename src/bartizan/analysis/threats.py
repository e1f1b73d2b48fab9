"""Adversaries and hazards × techniques × models and their interfaces → threats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bartizan.core.access import Access, Budget, Output
from bartizan.core.system import Interface, ModelAsset
from bartizan.core.threat import Threat
from bartizan.core.vocabulary import Capability, Level, Stage, ThreatClass
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import ThreatEntry

from .cast import Player, players
from .crossing import INSIDE, Via
from .interaction import Interaction
from .sight import Sight, answers, sight, wider

C = Capability
ASKED = frozenset({C.LABELS, C.SCORES, C.LOGITS, C.WEIGHTS})
ASIDE = (C.DATA_READ, C.RECIPE, C.EXPLANATIONS)  # what helps a query attack without being a query


@dataclass(frozen=True)
class Candidate:
    """A threat with what its likelihood is judged by.

    via: the way in (a row of the likelihood table); ample: its budget covers what the technique usually takes;
    wanted: it serves the adversary's goal (None: a hazard wants nothing).
    """

    threat: Threat
    via: str
    ample: bool
    wanted: bool | None


def candidates(interaction: Interaction, kb: KnowledgeBase, stage: Stage | None = None) -> tuple[Candidate, ...]:
    """Every threat to every model, in the order of models, techniques, interfaces and sources.

    stage: only what is planted or takes effect then, seen with what is open then (None: over the whole life cycle).
    """
    cast = players(interaction.facts.system, kb)
    found: list[Candidate] = []
    for model in interaction.facts.models():
        for technique in kb.present_threats:
            if _excluded(technique, model, interaction) or not _in_season(technique, stage):
                continue
            if technique.kind == "safety":
                found += _hazards(technique, model, kb, stage)
            else:
                for player in cast:
                    found += _threats(technique, model, player, interaction, kb, stage)
    return tuple(found)


def _in_season(technique: ThreatEntry, stage: Stage | None) -> bool:
    return stage is None or stage in technique.planted or stage in technique.effective


def _excluded(technique: ThreatEntry, model: ModelAsset, interaction: Interaction) -> bool:
    facts = interaction.facts
    for choice, options in technique.unless.items():
        described = [facts.option(choice, item) for item in sorted(facts.related(model.id, None))]
        stated = [option for option in described if option is not None]
        if stated and all(option in options for option in stated):
            return True
    return any(c.effect == "not_applicable" for c in interaction.about(technique.id, model.id, None))


def _hazards(technique: ThreatEntry, model: ModelAsset, kb: KnowledgeBase, stage: Stage | None) -> Iterator[Candidate]:
    for hazard in kb.hazards.values():
        if hazard.threat == technique.id:
            threat = Threat(
                id=f"{technique.id}@{model.id}:{hazard.id}",
                technique=technique.id,
                threat_class=technique.threat_class,
                source=hazard.id,
                source_kind="hazard",
                asset=model.id,
                objective=technique.objective,
                planted=technique.planted,
                effective=technique.effective,
                reason=f"{hazard.name}: {hazard.summary}",
            )
            yield Candidate(threat, "world", True, None)


def _threats(
    technique: ThreatEntry,
    model: ModelAsset,
    player: Player,
    interaction: Interaction,
    kb: KnowledgeBase,
    stage: Stage | None,
) -> Iterator[Candidate]:
    """The threats of one adversary by one technique: one an interface where it works by asking, else one in all."""
    grants = [c for c in interaction.about(technique.id, model.id, None) if c.effect == "grants"]
    if not player.tries(technique.id) and not _means_that_kind_of_harm(player, technique, kb):
        return
    stages = (stage,) if stage in technique.planted else technique.planted
    seen = sight(player, model, interaction.facts, [s for s in stages if s is not None])
    handed_over = any(C.WEIGHTS in change.capabilities for change in grants)
    passed_by = C.WEIGHTS in seen.because and (C.WEIGHTS,) in technique.needs
    if not (player.tries(technique.id) or handed_over or passed_by):
        return
    for change in grants:
        if handed_over or seen.interfaces or seen.capabilities:
            seen.add("held" if C.FILES in change.capabilities else "public", *change.capabilities)
    asked = [i for i in interaction.facts.system.interfaces_of(model.id) if i.id in seen.interfaces]
    if by_asking(technique):
        through = [c for i in asked if (c := _through(technique, model, player, seen, i))]
        yield from through
        if through or not _better_inside(technique, model, seen, interaction):
            return
        asked = []
    found = _directly(technique, model, player, seen, asked)
    if found is not None:
        yield found


def by_asking(technique: ThreatEntry) -> bool:
    """Whether the technique works by querying an interface, so that each interface is a place of its own."""
    single = all(len(need) == 1 and need[0] in ASKED for need in technique.needs)
    return single and any(need in ((C.LABELS,), (C.SCORES,)) for need in technique.needs)


def _better_inside(technique: ThreatEntry, model: ModelAsset, seen: Sight, interaction: Interaction) -> bool:
    """Whether a technique that could work by asking is a matter of its own for somebody who holds the weights.

    It is for those outside who got hold of the model. Who made or runs it is spoken of where it can be asked.
    """
    via = seen.capabilities.get(C.WEIGHTS)
    if via is None or (C.WEIGHTS,) not in technique.needs:
        return False
    return via in ("held", "public") or not interaction.facts.interfaces(model.id)


def _means_that_kind_of_harm(player: Player, technique: ThreatEntry, kb: KnowledgeBase) -> bool:
    """Whether the player is cast for some technique of the same class, so that it would use this one if it could."""
    return any(player.tries(t.id) for t in kb.present_threats if t.threat_class is technique.threat_class)


def _through(
    technique: ThreatEntry, model: ModelAsset, player: Player, seen: Sight, interface: Interface
) -> Candidate | None:
    capabilities, output = answers(interface)
    if not technique.reachable_with(set(capabilities)):
        return None
    aside = [c for c in ASIDE if c in seen.capabilities]
    access = Access(capabilities=(*capabilities, *aside), interface=interface.id, output=output)
    budget = Budget(queries=_queries(player, [interface]), records=None)
    reason = f"{_name(player)} can query '{interface.id}' ({_door(interface)}), which answers with {_told(interface)}."
    reason += _over_boundaries(seen, aside)
    return _candidate(technique, model, player, access, budget, seen.interfaces[interface.id], reason)


def _directly(
    technique: ThreatEntry, model: ModelAsset, player: Player, seen: Sight, asked: list[Interface]
) -> Candidate | None:
    """A technique that needs no particular interface: data, files, weights, the scene, or any way to ask."""
    held = dict(seen.capabilities)
    output = Output(kind="logits" if C.WEIGHTS in held else "scores")
    if technique.threat_class is ThreatClass.SUPPLY_CHAIN:
        held = {C.FILES: seen.packages} if seen.packages else {}
    elif not any(c in held for c in INSIDE):
        told = [answers(i) for i in asked]
        for (capabilities, _), interface in zip(told, asked, strict=True):
            for capability in capabilities:
                via = seen.interfaces[interface.id]
                held[capability] = wider(held.get(capability, via), via)
        output = max((o for _, o in told), key=lambda o: o.telling, default=output)
    enough = [need for need in technique.needs if set(need) <= set(held)]
    if not enough or (technique.needs == ((),) and seen.scene is None):
        return None
    used = {c for need in enough for c in need}
    ways: list[Via] = [via for c, via in held.items() if c in used] or [seen.scene or "public"]
    via = ways[0]
    for way in ways[1:]:
        via = wider(via, way)
    reason = _means(player, model, held, used) + _over_boundaries(seen, used)
    wrote = C.DATA_WRITE in used
    access = Access(capabilities=tuple(held) if enough != [()] else (), output=output)
    budget = Budget(queries=_queries(player, asked), records=player.records if wrote else None)
    return _candidate(technique, model, player, access, budget, via, reason)


def _candidate(
    technique: ThreatEntry, model: ModelAsset, player: Player, access: Access, budget: Budget, via: Via, reason: str
) -> Candidate:
    where = f"{model.id}/{access.interface}" if access.interface else model.id
    wanted = player.goal is technique.objective or player.techniques is not None
    if not wanted:
        reason += f" It is not what they are after ({player.goal})."
    threat = Threat(
        id=f"{technique.id}@{where}:{player.id}",
        technique=technique.id,
        threat_class=technique.threat_class,
        source=player.id,
        source_kind="adversary",
        asset=model.id,
        interface=access.interface,
        access=access,
        budget=budget,
        objective=technique.objective,
        planted=technique.planted,
        effective=technique.effective,
        reason=reason,
    )
    return Candidate(threat, via, _ample(technique, budget, access), wanted and player.benefit_eur != 0)


def _ample(technique: ThreatEntry, budget: Budget, access: Access) -> bool:
    """Whether the budget covers what the technique usually takes; who holds the weights asks nobody."""
    usual = technique.typical
    asks = usual.queries is not None and C.WEIGHTS not in access.capabilities
    short_of_queries = asks and budget.queries is not None and budget.queries < (usual.queries or 0)
    short_of_records = usual.records is not None and budget.records is not None and budget.records < usual.records
    return not short_of_queries and not short_of_records


def _queries(player: Player, interfaces: list[Interface]) -> int | None:
    """Queries the adversary can make: its own budget, and a hard limit a day times its days.

    None: no limit, or nothing to ask.
    """
    if not interfaces:
        return None
    limits = [i.query_budget for i in interfaces]
    counted = [limit for limit in limits if isinstance(limit, int)]
    if len(counted) < len(limits) or player.days is None:
        return player.queries
    allowed = int(sum(counted) * max(player.days, 1))
    return max(1, allowed if player.queries is None else min(player.queries, allowed))


def _name(player: Player) -> str:
    return player.profile.name if player.profile is not None else f"'{player.id}'"


def _door(interface: Interface) -> str:
    door = {"none": "no authentication", "unknown": "authentication not stated"}
    audience = "audience not stated" if interface.audience == "unknown" else interface.audience
    return f"{audience}, {door.get(interface.authentication, interface.authentication + ' authentication')}"


def _told(interface: Interface) -> str:
    words = {
        "label": "the class only", "top_k": f"the {interface.k} best classes with their scores",
        "rounded": f"scores rounded to {interface.decimals} decimals", "scores": "all scores",
        "unknown": "something the description does not say (planned for as logits)",
    }  # fmt: skip
    limit = interface.query_budget
    counted = f"at most {limit} times a day" if isinstance(limit, int) else "as often as asked"
    return f"{words.get(interface.returns, interface.returns)}, {counted}"


def _means(player: Player, model: ModelAsset, held: dict[Capability, Via], used: set[Capability]) -> str:
    words = {
        C.DATA_WRITE: f"write records that '{model.id}' is trained on",
        C.DATA_READ: f"read data that '{model.id}' was trained on or data like it",
        C.WEIGHTS: f"get at the weights of '{model.id}'",
        C.FILES: f"place or read files of '{model.id}'",
    }
    can = [text for capability, text in words.items() if capability in used]
    if not can:
        can = [f"query '{model.id}'"] if used else ["arrange the scene that the sensors look at"]
    return f"{_name(player)} can {' and '.join(can)}."


def _over_boundaries(seen: Sight, used: Iterable[Capability]) -> str:
    """The flows over trust boundaries that give what is used, one sentence each."""
    return "".join(f" {why}" for why in dict.fromkeys(seen.because[c] for c in sorted(used) if c in seen.because))


def benefit(candidate: Candidate, stated: Level) -> Level:
    """What success is worth to this source: what the use case says, or little when it is not what they are after."""
    return stated if candidate.wanted else Level.LOW
