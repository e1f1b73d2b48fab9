"""What is still open, and everything nobody tested: as loud as what failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome, Verdict
from bartizan.report import wording


class Residual(Section):
    """Residual risk, untested and undecided findings, trials that measured nothing, accepted risks."""

    spec = SectionSpec(
        id="residual",
        title="Residual",
        summary="What is open and untested.",
        order=90,
        heading="Residual risk and what was not tested",
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Reasons are quoted from findings, plan and evidence."""
        found = wording.in_order(assessment.findings)
        return {
            "residual": assessment.residual,
            "untested": [f for f in found if f.verdict == Verdict.UNTESTED],
            "undecided": [f for f in found if f.verdict == Verdict.INCONCLUSIVE],
            "unplanned": sorted(assessment.plan.untested, key=lambda u: (u.vulnerability, u.plugin or "")),
            "silent": [e for e in assessment.evidence if _silent(e)],
            "accepted": [f for f in found if f.accepted],
        }


def _silent(evidence: Evidence) -> bool:
    return evidence.outcome != Outcome.MEASURED
