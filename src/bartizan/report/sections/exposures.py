"""How exposed the system is by its own design choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.exposure import Exposure
from bartizan.core.vocabulary import Aspect, Level

COLUMNS = (Level.LOW, Level.MEDIUM, Level.HIGH)
WORDS = {  # options that do not read as words by themselves
    "self_self": "we train and host",
    "supplier_self": "a supplier trains, we host",
    "supplier_supplier": "a supplier trains and hosts",
}


class Exposures(Section):
    """Aspects × low, medium, high; the choice and its reason in each cell. Unknown stands in the column of high."""

    spec = SectionSpec(
        id="exposures", title="Exposure", summary="Design choices by level.", order=30, heading="Exposure by design"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Only aspects that have exposures get a row."""
        rows = []
        for aspect in Aspect:
            found = [e for e in assessment.exposures if e.aspect == aspect]
            if found:
                rows.append((str(aspect), [_cell(found, level) for level in COLUMNS]))
        levels = [e.level for e in assessment.exposures]
        return {
            "rows": rows,
            "words": WORDS,
            "counts": [
                (str(level), levels.count(level)) for level in (Level.HIGH, Level.UNKNOWN, Level.MEDIUM, Level.LOW)
            ],
            "overridden": sum(e.overridden for e in assessment.exposures),
        }


def _cell(exposures: list[Exposure], level: Level) -> list[list[Exposure]]:
    """What is said alike of several items stands together."""
    wanted = (Level.HIGH, Level.UNKNOWN) if level == Level.HIGH else (level,)
    found = sorted((e for e in exposures if e.level in wanted), key=lambda e: (e.level == Level.UNKNOWN, e.id))
    alike: dict[str, list[Exposure]] = {}
    for e in found:
        alike.setdefault(e.model_copy(update={"id": "", "item": ""}).to_json(), []).append(e)
    return list(alike.values())
