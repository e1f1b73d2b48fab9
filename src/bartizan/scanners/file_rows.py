"""What the referee of scanners keeps of each file: one row each, as far as there is room, and the counts of all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bartizan.core.artifact import Flag, Measurement
from bartizan.formats.model_scan import FileReport
from bartizan.formats.printable import printable
from bartizan.formats.verdict import RULES, Verdict

ROOM = {Verdict.MALICIOUS: 200, Verdict.REVIEW: 200, Verdict.APPROVED: 50}
"""Rows kept of each verdict, in the order of the files: counts speak of all files, rows of the first."""
_SECOND = "another way of reading it speaks against it: "
_ASK = "do not open it before somebody has found out which of the two ways of reading it is right"


@dataclass(frozen=True)
class Read:
    """A file as the referee read it: by the first way, and what the second holds against it."""

    report: FileReport
    second: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """That of the first way; what only the second speaks against needs review."""
        if self.report.safe and self.second:
            return Verdict.REVIEW
        return self.report.verdict

    @property
    def against(self) -> tuple[str, ...]:
        """All that speaks against the file."""
        return (*(r.text for r in self.report.reasons), *self.second)


def rows(read: Sequence[Read]) -> Iterator[Measurement]:
    """A `file_verdict` for each file, the gravest first, with the gravest reason in `at`."""
    names = _names([r.report.path for r in read])
    for verdict, room in ROOM.items():
        chosen = [(r, n) for r, n in zip(read, names, strict=True) if r.verdict is verdict]
        yield from (_row(r, n) for r, n in chosen[:room])


def for_review(read: Sequence[Read]) -> list[Flag]:
    """A doubt where files need review: none of them is known to do harm, and none may be opened as it is."""
    asked = [r.report.path.name for r in read if r.verdict is Verdict.REVIEW]
    if not asked:
        return []
    first = ", ".join(printable(name) for name in asked[:3])
    rest = f" and {len(asked) - 3:,} more" if len(asked) > 3 else ""
    return [Flag(id="files_need_review", detail=f"{first}{rest}")]


def _row(read: Read, name: str) -> Measurement:
    at: dict[str, float | int | str] = {"file": name, "kind": str(read.report.kind), "verdict": str(read.verdict)}
    return Measurement(
        estimand="file_verdict", unit="file", n=1, method="full count", value=1.0, low=1.0, high=1.0,
        at=at | _reason(read),
    )  # fmt: skip


def _reason(read: Read) -> dict[str, float | int | str]:
    """title, text, offset, member and what to mend of the gravest reason, and how many more there are."""
    if read.verdict is Verdict.APPROVED:
        return {}
    if read.report.safe:
        said = printable(read.second[0])
        return {"title": "Two ways of reading it disagree", "text": _SECOND + said, "mend": _ASK, "more": 0}
    first, more = read.report.reasons[0], len(read.report.reasons) - 1
    told: dict[str, float | int | str] = {"offset": max(first.offset, 0), "member": printable(first.member)}
    return told | {"title": RULES[first.rule].title, "text": first.text, "mend": first.remedy, "more": more}


def _names(paths: Sequence[Path]) -> list[str]:
    """Names under the folder that all files share: a report says nothing of the machine it was made on."""
    if len({p.parent for p in paths}) < 2:
        return [printable(p.name) for p in paths]
    try:
        shared = os.path.commonpath([p.parent for p in paths])
    except ValueError:  # on no common drive, or some paths are relative
        return [printable(p.name) for p in paths]
    return [printable(os.path.relpath(p, shared)) for p in paths]
