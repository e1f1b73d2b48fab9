"""What was assessed: the parts of the system, what flows between them, and where trust ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.report.charts.system_map import system_map
from bartizan.report.charts.zones import edges_of, nodes_of, parted, zones_of
from bartizan.report.exposure import highest
from bartizan.report.numbers import quantity
from bartizan.report.parameters import distribution

MONEY = {"eur": "€"}


class SystemMap(Section):
    """The map with its trust boundaries, the flows as a table, the operating domain, and what a failure costs."""

    spec = SectionSpec(
        id="system", title="System", summary="The system and its trust boundaries.", order=20, heading="The system"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Keys that the description lacks are simply not shown."""
        system = assessment.system
        edges = edges_of(system)
        nodes = nodes_of(system, edges)
        levels = {n.id: highest(assessment.exposures, item=n.id) for n in nodes}
        drawn, flows = parted(nodes, edges)
        return {
            "map": system_map(zones_of(drawn, flows), flows, levels) if nodes else "",
            "edges": list(enumerate(edges, 1)),
            "stage": str(system.get("stage") or "unknown"),
            "impact": list((system.get("impact") or {}).items()),
            "odd": [_condition(name, c, str(system.get("stage"))) for name, c in (system.get("odd") or {}).items()],
            "adversaries": [_adversary(a) for a in system.get("adversaries") or system.get("cast") or ()],
            "accepted": list(system.get("accepted") or ()),
        }


def _condition(name: str, condition: Mapping[str, Any], stage: str) -> dict[str, str]:
    here = {**condition, **{k: v for k, v in ((condition.get("by_stage") or {}).get(stage) or {}).items() if v}}
    ends = " to ".join(quantity(v) for v in here.get("range") or ()) or "no range stated"
    return {
        "name": name,
        "kind": str(here.get("kind", "")),
        "range": f"{ends} {here.get('unit') or ''}".strip(),
        "distribution": distribution(here.get("distribution")),
    }


def _adversary(adversary: Mapping[str, Any]) -> dict[str, str]:
    budget = adversary.get("budget") or {}
    return {
        "id": str(adversary.get("id", "")),
        "intent": str(adversary.get("intent") or "not stated"),
        "reaches": ", ".join(str(r) for r in adversary.get("reaches") or ()) or "not stated",
        "budget": ", ".join(f"{quantity(v)} {MONEY.get(k, k)}" for k, v in budget.items() if v is not None)
        or "not stated",
        "benefit": f"{quantity(adversary['benefit_eur'])} €"
        if adversary.get("benefit_eur") is not None
        else "not stated",
    }
