"""Threats ∩ exposures → vulnerabilities, with likelihood, impact, reasons and rank."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bartizan.core.exposure import Exposure
from bartizan.core.threat import Means, Threat, Vulnerability
from bartizan.core.vocabulary import Level, Objective
from bartizan.knowledge.base import KnowledgeBase

from .interaction import Interaction
from .ranking import Case, Weight, rank_ranges, ranks, weigh
from .threats import Candidate


def vulnerabilities(
    found: tuple[Candidate, ...], interaction: Interaction, kb: KnowledgeBase
) -> tuple[Vulnerability, ...]:
    """One for each technique at each place, worst first. How they are ranked is said by `ranking.RULE`."""
    table = kb.tables.likelihood
    cases = tuple(_case(id, group, interaction, kb) for id, group in _by_place(found).items())
    exposures = interaction.facts.exposures
    levels = {e.id: e.level for e in exposures}
    order = ranks(cases, levels, table)
    reach = rank_ranges(cases, exposures, table)
    ranked = sorted(cases, key=lambda case: order[case.id])
    return tuple(
        _vulnerability(case, weigh(case, levels, table), interaction, kb).model_copy(
            update={"rank": order[case.id], "rank_low": reach[case.id][0], "rank_high": reach[case.id][1]}
        )
        for case in ranked
    )


def _by_place(found: Iterable[Candidate]) -> dict[str, tuple[Candidate, ...]]:
    groups: dict[str, tuple[Candidate, ...]] = {}
    for candidate in found:
        id = candidate.threat.id.rpartition(":")[0]
        groups[id] = (*groups.get(id, ()), candidate)
    return groups


def _case(id: str, group: tuple[Candidate, ...], interaction: Interaction, kb: KnowledgeBase) -> Case:
    threat = group[0].threat
    technique = kb.threats[threat.technique]
    related = interaction.facts.related(threat.asset, threat.interface)
    bearing = [e for e in interaction.facts.exposures if technique.id in e.threats and e.item in related]
    return Case(
        id=id,
        candidates=group,
        raising=tuple(e.id for e in bearing if e.effect == "exposure"),
        worsening=tuple(e.id for e in bearing if e.effect == "impact" and _bears(e, technique.objective, kb)),
        impact=interaction.facts.system.impact.of(technique.objective),
        maturity=technique.maturity,
        changes=interaction.about(technique.id, threat.asset, threat.interface),
        measured=any(c.effect == "exposure" and technique.id in c.raises for c in kb.choices.values()),
    )


def _bears(exposure: Exposure, objective: Objective, kb: KnowledgeBase) -> bool:
    return objective in kb.choices[exposure.choice].objectives


def _vulnerability(case: Case, weight: Weight, interaction: Interaction, kb: KnowledgeBase) -> Vulnerability:
    threats = tuple(c.threat for c in case.candidates)
    first = threats[0]
    technique = kb.threats[first.technique]
    by_id = {e.id: e for e in interaction.facts.exposures}
    raising = tuple(by_id[id] for id in case.raising)
    return Vulnerability(
        id=case.id,
        technique=technique.id,
        title=technique.name,
        threat_class=technique.threat_class,
        asset=first.asset,
        interface=first.interface,
        sources=tuple(t.source for t in threats),
        source_kind=first.source_kind,
        exposures=(*case.raising, *case.worsening),
        exposure=weight.exposure,
        maturity=technique.maturity,
        means=_means(threats),
        objective=technique.objective,
        likelihood=weight.likelihood,
        impact=weight.impact,
        planted=technique.planted,
        effective=technique.effective,
        rules=tuple(dict.fromkeys(c.rule for c in case.changes)),
        reasons=tuple(_reasons(case, weight, threats, raising, interaction)),
        score=weight.score,
    )


def _means(threats: tuple[Threat, ...]) -> tuple[Means, ...]:
    """What each source has, those that have the same together, in the order of the threats.

    They are kept apart: nobody has one adversary's scores, another's recipe and a third one's budget.
    """
    alike: dict[tuple[str, str], Means] = {}
    for t in threats:
        same = (t.access.to_json(), t.budget.to_json())
        known = alike[same].sources if same in alike else ()
        alike[same] = Means(sources=(*known, t.source), access=t.access, budget=t.budget)
    return tuple(alike.values())


def _reasons(
    case: Case, weight: Weight, threats: tuple[Threat, ...], raising: tuple[Exposure, ...], interaction: Interaction
) -> Iterator[str]:
    yield from dict.fromkeys(t.reason for t in threats if t.reason)
    top = [e for e in raising if e.level.rank == weight.exposure.rank]
    for exposure in top:
        yield f"{exposure.title}: {exposure.option.replace('_', ' ')} ({exposure.item}). {exposure.reason}"
    if not raising:
        missing = "nothing in the description" if case.measured else "no design choice"
        yield f"How exposed this is: {missing} says so; planned for as {'high' if case.measured else 'medium'}."
    yield from dict.fromkeys(c.reason for c in case.changes)
    points = " + ".join(f"{name} {n}" for name, n in weight.points) or "nothing"
    yield f"Likelihood {weight.likelihood}: {points} = {sum(n for _, n in weight.points)} points."
    yield _impact_reason(case, weight, threats[0].objective)


def _impact_reason(case: Case, weight: Weight, objective: Objective) -> str:
    stated = "not stated, so planned for as high" if case.impact is Level.UNKNOWN else f"stated as {case.impact}"
    settled = "" if weight.impact is case.impact else f"; with the safeguards and rules around it, {weight.impact}"
    return f"Impact on {objective} {stated}{settled}."
