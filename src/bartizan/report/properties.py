"""What was measured of one finding as a bag of JSON values, under the names of `assessment.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.finding import Finding, Measures
from bartizan.core.treatment import Retest, Treatment

RETESTED = {"change", "verdict_before", "verdict_after", "before", "after", "paired", "measured"}


def properties(finding: Finding, assessment: Assessment) -> dict[str, Any]:
    """Rate, tries, sensitivity, ladder, classes and operating point; `treatments` with the same after each.

    A name whose value is not known is left out. A share of none of none keeps its value null.
    """
    names = {"tolerance", "rate", *Measures.model_fields}
    found = {"treatments": [_treated(t, r) for t, r in _retests(finding.id, assessment.treatments)]}
    return _known(finding.model_dump(mode="json", include=names)) | _known(found)


def _retests(id: str, treatments: Iterable[Treatment]) -> Iterable[tuple[Treatment, Retest]]:
    return ((t, r) for t in treatments for r in t.retests if r.finding == id)


def _treated(treatment: Treatment, retest: Retest) -> dict[str, Any]:
    found = _known(retest.model_dump(mode="json", include=RETESTED))
    measured = _known(found.pop("measured"))
    return {"id": treatment.id, "title": treatment.title, **found, **({"measured": measured} if measured else {})}


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != []}
