"""Where threats meet exposures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.exposure import Exposure
from bartizan.core.vocabulary import Aspect
from bartizan.report import facts
from bartizan.report.exposure import worst

SIGNS = {"low": "L", "medium": "M", "high": "H", "unknown": "?"}


class Threats(Section):
    """The matrix: a row for each technique, a column for each design choice, and the level where the one feeds the
    other."""

    spec = SectionSpec(
        id="threats", title="Threats", summary="Threats × exposures.", order=40, heading="Threats against exposures"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Choices that feed no technique of this system get no column."""
        techniques = sorted(
            {t.technique for t in assessment.threats} | {v.technique for v in assessment.vulnerabilities}
        )
        fed = {t for e in assessment.exposures for t in e.threats} & set(techniques)
        columns = _columns([e for e in assessment.exposures if fed & set(e.threats)])
        rows = [(t, _name(t, assessment), [_sign(t, c) for *_, c in columns]) for t in techniques]
        aspects = [a for a, *_ in columns]
        groups = [(a, aspects.count(a)) for a in dict.fromkeys(aspects)]
        found = {t: [v.id for v in assessment.vulnerabilities if v.technique == t] for t in techniques}
        return {"columns": columns, "rows": rows, "groups": groups, "found": found}


def _columns(exposures: list[Exposure]) -> list[tuple[str, str, str, list[Exposure]]]:
    """(aspect, id, title, the exposures of that choice on all items), in the order of the aspects."""
    order = list(Aspect)
    keys = sorted({(order.index(e.aspect), e.choice) for e in exposures})
    found = []
    for aspect, choice in keys:
        same = [e for e in exposures if e.choice == choice and e.aspect == order[aspect]]
        found.append((str(order[aspect]), choice, same[0].title, same))
    return found


def _sign(technique: str, exposures: list[Exposure]) -> tuple[str, str]:
    level = worst(e.level for e in exposures if technique in e.threats)
    return level, SIGNS.get(level, "")


def _name(technique: str, assessment: Assessment) -> str:
    entry = facts.technique(technique)
    if entry is not None:
        return entry.name
    return next((v.title for v in assessment.vulnerabilities if v.technique == technique), technique)
