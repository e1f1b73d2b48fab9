"""What to do when: the stages of the life cycle and their gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.plan import Method
from bartizan.core.vocabulary import Stage, ThreatClass
from bartizan.report import facts

STATES = {  # sign and meaning, in the order of the legend
    "in_place": ("✓", "the description shows it"),
    "recommended": ("○", "fits this system"),
    "at_a_price": ("◐", "fits, but costs what the use case limits or makes another weakness here worse"),
    "conflicts": ("⇄", "stands against something that is in place here"),
    "does_not_fit": ("–", "cannot be applied to this kind of model or data"),
    "refuted": ("✕", "broken by later work"),
}


class PlanByStage(Section):
    """Stages × threat classes, gates between the building stages."""

    spec = SectionSpec(
        id="plan", title="Plan", summary="Methods by life-cycle stage.", order=60, heading="Plan by life-cycle stage"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """What holds for all classes is said once a stage."""
        table = assessment.plan.table
        classes = [c for c in ThreatClass if any(cell.threat_class == c for cell in table)]
        cells: dict[tuple[str, str], list[Method]] = {}
        for cell in table:
            cells.setdefault((cell.stage, cell.threat_class), []).extend(cell.methods)
        stages = [s for s in Stage if any(cell.stage == s for cell in table)]
        here = assessment.system.get("stage")
        methods = [m for ms in cells.values() for m in ms]
        met = dict.fromkeys(r for m in methods for r in m.rules)
        return {
            "classes": [str(c) for c in classes],
            "rows": [_row(s, classes, cells, here) for s in stages],
            "states": [(name, sign, text) for name, (sign, text) in STATES.items() if _any(name, methods)],
            "signs": {name: sign for name, (sign, _) in STATES.items()},
            "measured": _measured(assessment),
            "rules": [(id, *rule) for id in sorted(met) if (rule := facts.conflict(id)) is not None],
            "effort": assessment.plan.effort,
            "trials": len(assessment.plan.trials),
        }


def _row(
    stage: Stage, classes: Iterable[ThreatClass], cells: Mapping[tuple[str, str], list[Method]], here: object
) -> dict[str, Any]:
    own = [cells.get((stage, c), []) for c in classes]
    common = cells.get((stage, "all"), [])
    return {
        "stage": str(stage),
        "gate": stage.is_gate,
        "here": here == stage,
        "all": common,
        "cells": own,
        "methods": [m for ms in (*own, common) for m in ms],
    }


def _any(state: str, methods: Iterable[Method]) -> bool:
    return any(m.state == state for m in methods)


def _measured(assessment: Assessment) -> dict[str, tuple[str, int, int]]:
    """Defences that were applied here → their treatment, and how many findings each made better and worse."""
    found = {}
    for t in assessment.treatments:
        if t.status == "applied":
            changes = [r.change for r in t.retests]
            found[t.defence] = (t.id, changes.count("better"), changes.count("worse"))
    return found
