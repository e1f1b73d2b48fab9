"""A summary in Markdown, short enough for the job summary of a continuous-integration run."""

from __future__ import annotations

import re
from typing import ClassVar

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Exporter, PluginSpec
from bartizan.core.finding import Finding
from bartizan.report import wording
from bartizan.report.gate_words import gates
from bartizan.report.numbers import percent
from bartizan.report.sections.summary import headline

SIGNS = {"exploited": "▲", "inconclusive": "◆", "untested": "○", "resisted": "✓"}


class Markdown(Exporter):
    """Headline, gates and one row for each finding, the worst first."""

    spec = PluginSpec(id="markdown", title="Markdown summary", summary="Headline, gates and findings as one page.")
    suffix: ClassVar[str] = ".md"

    def export(self, assessment: Assessment, arrays: ArrayReader) -> str:
        """The text; whatever the description says is escaped."""
        name = _escaped(str(assessment.system.get("name", "Unnamed system")))
        lines = [f"# {name}: Bartizan assessment", "", headline(assessment), ""]
        lines += [f"- **{g.outcome}**: {_escaped(g.text)} ({_escaped(g.because)})" for g in gates(assessment)]
        lines += ["", "| verdict | finding | severity | rate | tolerated |", "|---|---|---|---|---|"]
        lines += [_row(f, assessment) for f in wording.in_order(assessment.findings)]
        untested = [f for f in assessment.findings if f.verdict == "untested"]
        if untested:
            lines += ["", "**Not tested: nothing is known about these**", ""]
            lines += [f"- {_escaped(f.id)}: {_escaped(wording.capital(f.reason))}" for f in untested]
        return "\n".join(lines) + "\n"


def _row(f: Finding, assessment: Assessment) -> str:
    rate = wording.seen(f, assessment.evidence, interval=True) or "not measured"
    cells = (f"{SIGNS[f.verdict]} {f.verdict}", f"{f.title} ({f.id})", f.severity, rate, percent(f.tolerance))
    return "| " + " | ".join(_escaped(c) for c in cells) + " |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
