"""What the report leans on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.core import plugins
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.errors import UsageError
from bartizan.report import facts

KINDS = {"attack": "attacks", "hazard": "hazards", "scanner": "scanners", "certifier": "certifiers"}
KINDS |= {"defense": "defenses"}
ALWAYS = ("clopper1934", "kaplan1958", "nist100-2", "atlas")


class Sources(Section):
    """The publications behind the exposures, the techniques, the attacks that ran and the statistics."""

    spec = SectionSpec(id="sources", title="Sources", summary="Citations.", order=99, heading="Sources")

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Ids that the bibliography does not know are left out."""
        return {"references": facts.references([*ALWAYS, *_cited(assessment)])}


def _cited(assessment: Assessment) -> Iterable[str]:
    for e in assessment.exposures:
        yield from e.references
    for technique in {v.technique for v in assessment.vulnerabilities}:
        entry = facts.technique(technique)
        yield from entry.references if entry else ()
    for kind, plugin in {(e.trial.kind, e.trial.plugin) for e in assessment.evidence}:
        yield from _of_plugin(KINDS[kind], plugin)


def _of_plugin(kind: str, id: str) -> tuple[str, ...]:
    try:
        return plugins.find(kind, id).spec.references
    except UsageError:
        return ()
