"""Whether an assessment still speaks of the model and data that lie there now."""

from __future__ import annotations

from bartizan.core.assessment import Assessment
from bartizan.core.errors import UsageError
from bartizan.formats.description import Description

from .subjects import model_digest


def require_current(assessment: Assessment, description: Description) -> None:
    """Raise `UsageError` when the description or a model's files are not those that were assessed."""
    again = f"run: bartizan assess {description.path}"
    if assessment.system.get("digest") != description.digest:
        raise UsageError(f"{description.path} changed since its last assessment; {again}")
    for model in description.system.assets.models:
        tried = {
            e.subject_digest
            for e in assessment.evidence
            if e.trial.subject.kind == "target" and e.trial.subject.id == model.id and not e.trial.subject.treatments
        }
        if tried and tried != {model_digest(model, description.folder)}:
            raise UsageError(f"the files of the model '{model.id}' changed since its last assessment; {again}")
