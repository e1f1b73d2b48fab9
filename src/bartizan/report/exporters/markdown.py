"""A summary in Markdown, short enough for the job summary of a continuous-integration run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Exporter, PluginSpec
from bartizan.core.finding import Finding
from bartizan.report import wording
from bartizan.report.brief import tables
from bartizan.report.gate_words import gates
from bartizan.report.numbers import percent
from bartizan.report.sections.summary import headline
from bartizan.report.table import Table

HEAD = ("verdict", "finding", "severity", "rate", "tolerated")
SIGNS = {"exploited": "▲", "inconclusive": "◆", "untested": "○", "resisted": "✓"}


class Markdown(Exporter):
    """Headline, gates, one row for each finding, the worst first, and short tables of what lies behind the rates."""

    spec = PluginSpec(id="markdown", title="Markdown summary", summary="Headline, gates and findings as one page.")
    suffix: ClassVar[str] = ".md"

    def export(self, assessment: Assessment, arrays: ArrayReader) -> str:
        """The text; whatever the description says is escaped."""
        name = _escaped(str(assessment.system.get("name", "Unnamed system")))
        lines = [f"# {name}: Bartizan assessment", "", headline(assessment), ""]
        lines += [f"- **{g.outcome}**: {_escaped(g.text)} ({_escaped(g.because)})" for g in gates(assessment)]
        lines += ["", *_grid(HEAD, [_cells(f, assessment) for f in wording.in_order(assessment.findings)])]
        untested = [f for f in assessment.findings if f.verdict == "untested"]
        if untested:
            lines += ["", "**Not tested: nothing is known about these**", ""]
            lines += [f"- {_escaped(f.id)}: {_escaped(wording.capital(f.reason))}" for f in untested]
        lines += [line for table in tables(assessment) for line in _lines(table)]
        return "\n".join(lines) + "\n"


def _cells(f: Finding, assessment: Assessment) -> tuple[str, ...]:
    rate = wording.seen(f, assessment.evidence, interval=True) or "not measured"
    return (f"{SIGNS[f.verdict]} {f.verdict}", f"{f.title} ({f.id})", f.severity, rate, percent(f.tolerance))


def _lines(table: Table) -> list[str]:
    notes = ["", *(f"- {_escaped(n)}" for n in table.notes)] if table.notes else []
    return ["", f"**{_escaped(table.title)}**", "", *_grid(table.head, table.rows), *notes]


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_row(head), "|" + "---|" * len(head), *(_row(r) for r in rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(c) for c in cells) + " |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
