"""A verdict on each scanned file: malicious and in need of review with the reason and its place, approved in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.report.file_verdicts import SHOWN, scanned


class Files(Section):
    """Malicious first, then what needs review; beyond the first rows the rest is folded, and so are approved files."""

    spec = SectionSpec(
        id="files", title="File verdicts", summary="Which files may be opened.", order=82, heading="Files"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """No `looks` where no file was scanned."""
        return {"looks": scanned(assessment), "shown": SHOWN}
