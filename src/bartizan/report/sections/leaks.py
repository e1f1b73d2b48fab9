"""What leaks of data and model under each treatment, against what the treatment costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.report import audits, leaks
from bartizan.report.charts.tradeoff import key, trade_off
from bartizan.report.drawn import drawings


class Leaks(Section):
    """One table and a small plot a leak, what was drawn of records, and promises that were audited."""

    spec = SectionSpec(
        id="leaks", title="Leaks", summary="Utility against leak.", order=82, heading="Utility against leak"
    )

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """The table is the same as in Markdown."""
        trades = leaks.trades(assessment)
        return {
            "table": leaks.table(assessment),
            "chart": trade_off(trades) if trades else "",
            "audits": audits.table(assessment),
            "broken": audits.broken(assessment),
            "drawings": drawings(assessment, arrays),
            "key": key(list(dict.fromkeys(t.treatment for t in trades))),
        }
