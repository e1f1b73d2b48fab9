"""What to do when: the stages of the life cycle and their gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.plan import Method
from bartizan.core.vocabulary import Stage, ThreatClass

STATES = {"in_place": "in place", "recommended": "recommended", "conflicts": "conflicts"}


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
        rows = [
            {
                "stage": str(s),
                "gate": s.is_gate,
                "here": assessment.system.get("stage") == s,
                "all": cells.get((s, "all"), []),
                "cells": [cells.get((s, c), []) for c in classes],
            }
            for s in stages
        ]
        methods = [str(m.state) for ms in cells.values() for m in ms]
        return {
            "classes": [str(c) for c in classes],
            "rows": rows,
            "counts": [(word, methods.count(key)) for key, word in STATES.items()],
            "effort": assessment.plan.effort,
            "trials": len(assessment.plan.trials),
        }
