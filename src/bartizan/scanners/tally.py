"""What a scan came to: counts of the verdicts, and as many of the files as are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bartizan.formats.model_scan import FileReport
from bartizan.formats.verdict import Verdict

KEPT = 1_000  # files kept to be shown of each verdict that is no approval; all are counted
APPROVED_KEPT = 40


@dataclass
class Tally:
    """counts: files by verdict. kept: the first `KEPT` malicious ones, as many to review, a few that are approved."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    kept: dict[Verdict, list[FileReport]] = field(default_factory=lambda: {v: [] for v in Verdict})

    def add(self, report: FileReport) -> None:
        """Take in one file."""
        self.counts[report.verdict] += 1
        kept = self.kept[report.verdict]
        if len(kept) < (APPROVED_KEPT if report.safe else KEPT):
            kept.append(report)

    @property
    def grave(self) -> list[FileReport]:
        """Those kept that are not approved: the malicious, then those to review."""
        return [*self.kept[Verdict.MALICIOUS], *self.kept[Verdict.REVIEW]]

    @property
    def approved(self) -> list[FileReport]:
        """Those kept that are."""
        return self.kept[Verdict.APPROVED]

    def left_out(self) -> dict[str, int]:
        """How many that are not approved were not kept, by verdict, where there are any."""
        left = {v: self.counts[v] - len(self.kept[v]) for v in (Verdict.MALICIOUS, Verdict.REVIEW)}
        return {str(v): n for v, n in left.items() if n}

    @property
    def total(self) -> int:
        """How many files were seen."""
        return sum(self.counts.values())

    @property
    def exit_code(self) -> int:
        """1 when a file is malicious, else 3 when one needs review, else 0."""
        return 1 if self.counts[Verdict.MALICIOUS] else 3 if self.counts[Verdict.REVIEW] else 0

    def by_verdict(self) -> dict[str, int]:
        """Counts of all three, the gravest first."""
        return {str(v): self.counts[v] for v in (Verdict.MALICIOUS, Verdict.REVIEW, Verdict.APPROVED)}

    def sentence(self) -> str:
        """The scan in one line."""
        said = ", ".join(f"{n:,} {name}" for name, n in self.by_verdict().items())
        last = " What the weights were trained to do is not seen by a scan of files." if not self.exit_code else ""
        return f"{self.total:,} file{'s' if self.total != 1 else ''}: {said}.{last}"
