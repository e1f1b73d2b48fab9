"""The verdict on each scanned file: how many are malicious, how many need review, and what to do about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome
from bartizan.report.numbers import quantity
from bartizan.report.table import Table
from bartizan.report.wording import counted

SHOWN = 25
"""Rows that stand open, and rows of a table that cannot be folded."""
HEAD = ("file", "kind", "verdict", "why", "where", "what to do")


class FileVerdict(NamedTuple):
    """One file: its verdict, the gravest reason with its place, how many more reasons there are, and what to do."""

    file: str
    kind: str
    verdict: str
    title: str = ""
    text: str = ""
    where: str = ""
    more: int = 0
    mend: str = ""

    @property
    def why(self) -> str:
        """The reason in one cell."""
        rest = f" ({quantity(self.more)} more)" if self.more else ""
        return f"{self.title}: {self.text}{rest}"


@dataclass(frozen=True)
class Scanned:
    """The files of one subject: n of them, and how many of each verdict; refused, approved: rows, as far as kept."""

    of: str
    n: int
    malicious: int
    review: int
    refused: tuple[FileVerdict, ...]
    approved: tuple[FileVerdict, ...]

    @property
    def clean(self) -> int:
        """How many files are approved."""
        return self.n - self.malicious - self.review

    @property
    def says(self) -> str:
        """The counts, malicious and in need of review apart, in one sentence."""
        parts = (
            f"{quantity(self.malicious)} would do harm when opened (malicious)",
            f"{quantity(self.review)} {'needs' if self.review == 1 else 'need'} review",
            f"{quantity(self.clean)} {'is' if self.clean == 1 else 'are'} approved",
        )
        return f"Of {counted(self.n, 'files')} of {self.of}, {parts[0]}, {parts[1]} and {parts[2]}."

    @property
    def unlisted(self) -> str:
        """How many files that are not approved have no row here, and how to see them; empty where all have one."""
        left = self.malicious + self.review - len(self.refused)
        many = "it is" if left == 1 else "they are"
        return f"{counted(left, 'files')} more not approved; {many} listed by `bartizan scan`." if left > 0 else ""


def scanned(assessment: Assessment) -> list[Scanned]:
    """One for each subject whose files were scanned as described, in the order of the evidence; no controls."""
    found = {e.trial.subject.id: e for e in reversed(assessment.evidence) if _counts(e)}
    return [s for e in reversed(found.values()) if (s := _of(e)).n]


def table(assessment: Assessment) -> Table:
    """A row for each file that is not approved, the gravest first, as far as there is room; no rows where all are."""
    found = scanned(assessment)
    refused = [r for s in found for r in s.refused]
    rows = tuple((r.file, r.kind, r.verdict, r.why, r.where, r.mend) for r in refused[:SHOWN])
    left = sum(s.malicious + s.review for s in found) - len(rows)
    notes = tuple(s.says for s in found)
    more = (f"{counted(left, 'files')} more in the HTML report or by `bartizan scan`.",) if left > 0 else ()
    return Table("Files that are not approved", HEAD, rows, (*notes, *more) if rows else ())


def _counts(e: Evidence) -> bool:
    subject = e.trial.subject
    scan = e.trial.plugin == "model_file_scan" and e.outcome is Outcome.MEASURED
    return scan and subject.kind != "control" and not subject.treatments


def _of(e: Evidence) -> Scanned:
    unsafe, refused = e.measurement("unsafe_files"), e.measurement("refused_files")
    malicious, either = _number(unsafe), _number(refused or unsafe)
    rows = [_row(m) for m in e.measurements if m.estimand == "file_verdict"]
    return Scanned(
        of=e.trial.subject.id,
        n=unsafe.n if unsafe else 0,
        malicious=malicious,
        review=either - malicious,
        refused=tuple(r for r in rows if r.verdict != "approved"),
        approved=tuple(r for r in rows if r.verdict == "approved"),
    )


def _number(m: Measurement | None) -> int:
    return round(m.value * m.n) if m else 0


def _row(m: Measurement) -> FileVerdict:
    at = m.at
    said = {name: str(at.get(name, "")) for name in ("file", "kind", "verdict", "title", "text", "mend")}
    return FileVerdict(**said, where=_where(m), more=int(at.get("more", 0)))


def _where(m: Measurement) -> str:
    if "offset" not in m.at:
        return ""
    member = str(m.at.get("member", ""))
    return f"{member}, byte {quantity(float(m.at['offset']))}" if member else f"byte {quantity(float(m.at['offset']))}"
