"""How it was done, so that another can do it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.evidence import Evidence
from bartizan.report import wording
from bartizan.report.flags import meaning
from bartizan.report.numbers import quantity
from bartizan.report.parameters import parameters

READINGS = ("today", "started", "finished")


class Method(Section):
    """How verdicts are reached, versions, digests, seeds, environment, and every trial with its key."""

    spec = SectionSpec(id="method", title="Method", summary="Versions, digests, seeds.", order=95, heading="Method")

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Facts of the evidence that are the same everywhere are said once."""
        evidence = sorted(assessment.evidence, key=lambda e: e.trial.name)
        return {
            "tool": sorted(assessment.tool.items()),
            "digest": str(assessment.system.get("digest") or ""),
            "stated": [
                (k, str(assessment.clock[k])) for k in ("today", "started", "finished") if k in assessment.clock
            ],
            "environment": _shared([e.environment for e in evidence]),
            "subjects": _digests(evidence),
            "data": _data_digests(evidence),
            "flags": _flags(assessment),
            "seeds": sorted({e.trial.seed for e in evidence}),
            "rows": _rows(evidence),
        }


def _shared(environments: list[dict[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, set[str]] = {}
    for environment in environments:
        for key, value in environment.items():
            found.setdefault(key, set()).add(value)
    return [(key, " or ".join(sorted(values))) for key, values in sorted(found.items())]


def _rows(evidence: list[Evidence]) -> list[dict[str, Any]]:
    """One for each trial. first: of those that share their evidence, the one that links to it lead to."""
    lead = {e.id: e.trial.name for e in reversed(evidence)}
    return [_row(e) | {"first": lead[e.id] == e.trial.name} for e in evidence]


def _digests(evidence: list[Evidence]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for e in evidence:
        under = f" after {', '.join(e.trial.subject.treatments)}" if e.trial.subject.treatments else ""
        if e.subject_digest and e.trial.subject.kind != "control":
            found[f"{e.trial.subject.id}{under}", e.subject_digest] = None
    return sorted(found)


def _data_digests(evidence: list[Evidence]) -> list[str]:
    """Of the data that trials were dealt, each once; what a control plays with is not the system's."""
    return sorted({d for e in evidence for d in e.data_digest.split("/") if d not in ("", "none")})


def _flags(assessment: Assessment) -> list[tuple[str, str, str]]:
    """Every flag that a finding carries or a trial raised, with why it is raised and what to do (empty: unknown)."""
    raised = {f for finding in assessment.findings for f in finding.flags}
    raised |= {flag.id for e in assessment.evidence for flag in e.flags}
    return [(id, *(meaning(id) or ("", ""))) for id in sorted(raised)]


def _row(e: Evidence) -> dict[str, Any]:
    params = parameters(e.trial.params)
    treated = f" after {', '.join(e.trial.subject.treatments)}" if e.trial.subject.treatments else ""
    return {
        "e": e,
        "subject": ("positive control" if e.trial.subject.kind == "control" else e.trial.subject.id) + treated,
        "params": params if len(params) <= 160 else params[:159] + "…",
        "budget": wording.budget(e.trial.budget.model_dump()),
        "cost": ", ".join(f"{quantity(n)} {name}" for name, n in e.cost.model_dump().items() if n),
    }
