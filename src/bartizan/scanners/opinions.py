"""Second opinions: other people's scanners, asked only when they are installed and only when told to.

What they approve counts for nothing; what they flag sends a file that was approved to review.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from bartizan.formats.model_scan import FileReport
from bartizan.formats.printable import printable
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

# What it is made for. It calls every plain array file of NumPy malicious, and is not asked about those.
_PICKLES = frozenset({FileKind.PICKLE, FileKind.TORCH})


def installed() -> list[str]:
    """Names of the scanners that can be asked."""
    return [name for name in _ASK if find_spec(name) is not None]


def other_opinions(report: FileReport) -> Iterator[Reason]:
    """What the installed ones hold against a file."""
    for name in installed():
        try:
            said = _ASK[name](report)
        except Exception as cause:
            said = f"stopped at it ({type(cause).__name__})"
        if said:
            yield Reason("second-opinion", f"{name.replace('_', '-')} {printable(said)}")


def _hayward(report: FileReport) -> str:
    from hayward import ModelFileScanner, Severity

    worst = [
        f for f in ModelFileScanner().scan_file(Path(report.path)) if f.severity in (Severity.CRITICAL, Severity.HIGH)
    ]
    return f"flags it: {worst[0].message}" if worst else ""


def _modelaudit(report: FileReport) -> str:
    from modelaudit_picklescan import SafetyVerdict, scan_file

    if report.kind not in _PICKLES:
        return ""
    told = scan_file(str(report.path))
    bad = [v for v in (SafetyVerdict.MALICIOUS, SafetyVerdict.SUSPICIOUS) if v == told.verdict]
    return f"calls it {bad[0].value}" if bad else ""


_ASK: dict[str, Callable[[FileReport], str]] = {"hayward": _hayward, "modelaudit_picklescan": _modelaudit}
