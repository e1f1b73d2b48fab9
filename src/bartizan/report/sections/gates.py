"""Pass or fail, from the same findings as everything else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.report.gate_words import gates

ORDER = ("failed", "inconclusive", "passed")


class Gates(Section):
    """Each gate with its outcome, the reason, and the findings it was judged on."""

    spec = SectionSpec(id="gates", title="Gates", summary="Pass or fail.", order=15, heading="Gates")

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Failed ones first."""
        known = {o: i for i, o in enumerate(ORDER)}
        return {"gates": sorted(gates(assessment), key=lambda g: known.get(g.outcome, 1))}
