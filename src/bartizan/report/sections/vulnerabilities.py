"""What is likely and costly, ranked before anything was attacked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.threat import Vulnerability
from bartizan.report.charts.rank import rank_range


class Vulnerabilities(Section):
    """The ranking, and how far each rank moves when judged levels are one off."""

    spec = SectionSpec(
        id="vulnerabilities",
        title="Vulnerabilities",
        summary="The ranking.",
        order=50,
        heading="Vulnerabilities, ranked",
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """The rank range is drawn on one scale for all."""
        found = sorted(assessment.vulnerabilities, key=lambda v: (v.rank, v.id))
        last = max((max(v.rank, v.rank_high) for v in found), default=1)
        verdicts = {f.id: str(f.verdict) for f in assessment.findings}
        return {"rows": [(v, _range(v, last), verdicts.get(v.id, "untested")) for v in found]}


def _range(v: Vulnerability, last: int) -> Markup:
    return rank_range(v.rank, v.rank_low or v.rank, v.rank_high or v.rank, last)
