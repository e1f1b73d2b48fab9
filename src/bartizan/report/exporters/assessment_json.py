"""`assessment.json`: everything known, under stable names, for other tools to read."""

from __future__ import annotations

import json
from typing import ClassVar

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Exporter, PluginSpec


class AssessmentJson(Exporter):
    """Keys sorted, two spaces of indentation, UTF-8, one newline at the end: equal assessments have equal text."""

    spec = PluginSpec(
        id="assessment_json", title="assessment.json", summary="The whole assessment as JSON under stable names."
    )
    suffix: ClassVar[str] = ".json"

    def export(self, assessment: Assessment, arrays: ArrayReader) -> str:
        """The JSON text. `Assessment.from_json` reads it back."""
        value = assessment.model_dump(mode="json")
        return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
