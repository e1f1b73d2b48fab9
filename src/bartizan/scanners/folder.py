"""A scan of files and folders: every path found, judged in a cage, one report after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from bartizan.formats.model_scan import FileReport
from bartizan.formats.sniff import FileKind

from .cage import Cage, Limits
from .walk import require_paths, walk


class Progress(Protocol):
    """What is told of each file as it is done."""

    def seen(self, report: FileReport) -> None:
        """One is done."""


def scan(
    paths: Iterable[Path], *, limits: Limits | None = None, others: bool = False, progress: Progress | None = None
) -> Iterator[FileReport]:
    """Reports in the order of the walk, made as they are asked for. Raises `UsageError` when a path is not there."""
    paths = list(paths)
    require_paths(paths)
    return _scanned(paths, limits, others, progress)


def _scanned(paths: list[Path], limits: Limits | None, others: bool, progress: Progress | None) -> Iterator[FileReport]:
    with Cage(limits, others=others) as cage:
        for found in walk(paths):
            if found.reason is None:
                report = cage.inspect(found.path)
            else:
                report = FileReport(found.path, FileKind.UNKNOWN, (found.reason,))
            if progress is not None:
                progress.seen(report)
            yield report
