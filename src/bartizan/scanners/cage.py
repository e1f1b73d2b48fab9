"""Files are read in a process of their own, which may use so much memory and time, may write nothing, and is ended
when it goes beyond: then the file it was at is not approved, and the next one gets a new process."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import resource
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bartizan.core.errors import UsageError
from bartizan.formats.model_scan import FileReport, inspect_file
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

from .opinions import other_opinions

_START = 60  # seconds for a process to start
_FILES = 2_000  # read by one process before it is replaced


@dataclass(frozen=True)
class Limits:
    """seconds, and bytes of memory of its own, for one file."""

    seconds: float = 30.0
    memory: int = 2 << 30


class Cage:
    """Use as a context manager. `others`: ask the other scanners that are installed as well."""

    def __init__(self, limits: Limits | None = None, *, others: bool = False) -> None:
        self._limits, self._others = limits or Limits(), others
        self._worker: Any = None
        self._pipe: Any = None
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def inspect(self, path: Path) -> FileReport:
        """The report of one file; never raises on what is in it. Raises `UsageError` where no process starts."""
        if self._worker is None or self._read >= _FILES:
            self._end()
            self._start()
        self._read += 1
        try:
            self._pipe.send_bytes(json.dumps([str(path), self._others]).encode())
            if self._pipe.poll(self._limits.seconds):
                return _report(path, self._pipe.recv_bytes(1 << 24))
            reason = f"it was not followed to its end within {self._limits.seconds:g} seconds"
        except (EOFError, OSError, ValueError):
            reason = "what read it was ended at it (memory, or a fault)"
        self._end()
        return FileReport(path, FileKind.UNKNOWN, (Reason("limit", reason),))

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._worker = context.Process(target=_serve, args=(theirs, self._limits), daemon=True)
        self._worker.start()
        theirs.close()
        self._read = 0
        try:
            ready = self._pipe.poll(_START) and self._pipe.recv_bytes() == b"ready"
        except (EOFError, OSError):
            ready = False
        if not ready:
            self._end()
            raise UsageError(
                "the process that reads files ended at its start, and no file was judged; give it more"
                " memory (--memory), or see what ends processes here"
            )

    def _end(self) -> None:
        if self._worker is not None:
            self._pipe.close()
            self._worker.kill()
            self._worker.join()
            self._worker.close()
            self._worker = None


def _serve(pipe: Connection, limits: Limits) -> None:
    """The process: one path in, one report out, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send_bytes(b"ready")
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            path, others = json.loads(pipe.recv_bytes())
            report = inspect_file(Path(path))
            found = [*report.reasons, *(other_opinions(report) if others else ())]
            told = [[r.rule, r.text[:600], r.offset, r.member[:600]] for r in found]
            pipe.send_bytes(json.dumps([str(report.kind), told]).encode())


def _report(path: Path, raw: bytes) -> FileReport:
    kind, told = json.loads(raw)
    return FileReport(path, FileKind(kind), tuple(Reason(*r) for r in told))
