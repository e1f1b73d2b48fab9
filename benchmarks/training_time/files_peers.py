"""A peer in a process of its own: paths in on standard input, verdicts and CPU seconds out as JSON lines.

python -m training_time.files_peers NAME SECONDS. Verdicts are put into our words: what a tool is sure of is
`malicious`, what it suspects is `review`, what it could not read or does not look at is `unknown`, all else is
`approved`. A file that takes more than SECONDS of CPU time is given up and `timed out`.
"""

from __future__ import annotations

import io
import json
import resource
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any


def picklescan(path: Path) -> str:
    from picklescan.scanner import scan_file_path

    told = scan_file_path(str(path))
    if told.infected_files:
        return "malicious"
    if told.scan_err:
        return "unknown"
    return "review" if getattr(told, "suspicious_count", 0) else "approved" if told.scanned_files else "unknown"


def hayward(path: Path) -> str:
    from hayward import ModelFileScanner, is_coverage_gap

    found = list(ModelFileScanner().scan_file(path))
    worst = {f.severity.name for f in found if not is_coverage_gap(f)}
    if worst & {"CRITICAL", "HIGH"}:
        return "malicious"
    return "review" if worst - {"INFO"} else "unknown" if found else "approved"


def modelaudit_picklescan(path: Path) -> str:
    from modelaudit_picklescan import scan_file

    _sources_read_once()
    verdict = scan_file(str(path)).verdict.value
    return {"malicious": "malicious", "suspicious": "review", "clean": "approved"}.get(verdict, "unknown")


@cache
def _sources_read_once() -> AbstractContextManager[None]:
    """It follows every name in a file through the sources of the installed libraries, for 3 to 22 CPU seconds, and
    forgets them after the file; its authors' way for many files, and what their own scan of a folder does, is this."""
    from modelaudit_picklescan import shared_source_sensitive_caches

    sources = shared_source_sensitive_caches()
    sources.__enter__()  # until the process ends
    return sources


def fickling(path: Path) -> str:
    from fickling.analysis import Severity, check_safety
    from fickling.fickle import Pickled

    raw = path.read_bytes()
    if raw[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            raw = archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))
    severity = check_safety(Pickled.load(io.BytesIO(raw))).severity
    if severity >= Severity.LIKELY_OVERTLY_MALICIOUS:
        return "malicious"
    return "review" if severity > Severity.LIKELY_SAFE else "approved"


def modelscan(path: Path) -> str:
    from modelscan.modelscan import ModelScan

    told = ModelScan().scan(str(path))
    worst = {issue["severity"] for issue in told["issues"]}
    if worst & {"CRITICAL", "HIGH"}:
        return "malicious"
    looked = told["summary"]["scanned"]["total_scanned"]
    return "review" if worst else "approved" if looked and not told["errors"] else "unknown"


PEERS: dict[str, Callable[[Path], str]] = {
    f.__name__: f for f in (hayward, modelaudit_picklescan, picklescan, fickling, modelscan)
}


class TimedOut(BaseException):
    """No `Exception`, lest the tool that is interrupted take it for one of its own."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises `TimedOut` after so many CPU seconds, in Python code; the process that asks ends what does not return."""

    def stop(*_: Any) -> None:
        raise TimedOut

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    """Answer each path until the input ends."""
    resource.setrlimit(resource.RLIMIT_DATA, (4 << 30, 4 << 30))
    out, sys.stdout = sys.stdout, sys.stderr
    scan, seconds = PEERS[sys.argv[1]], float(sys.argv[2])
    for line in sys.stdin:
        start = time.perf_counter()
        try:
            with at_most(seconds):
                verdict, why = scan(Path(json.loads(line))), ""
        except TimedOut:
            verdict, why = "timed out", f"{seconds:g} CPU seconds"
        except ImportError as cause:
            verdict, why = "not installed", str(cause)
        except Exception as cause:
            verdict, why = "unknown", f"{type(cause).__name__}: {cause}"[:200]
        print(json.dumps([verdict, time.perf_counter() - start, why]), file=out, flush=True)


if __name__ == "__main__":
    main()
