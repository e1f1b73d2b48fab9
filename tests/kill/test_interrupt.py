"""Ctrl-C ends the program soon, with a sentence; no process stays behind, and what was measured is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("bartizan")


def records(store: Path) -> dict[str, int]:
    return {p.parent.name: p.stat().st_mtime_ns for p in (store / "evidence").glob("[!.]*/record.json")}


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_what_was_measured_is_kept_and_nobody_works_on(tiny: Path) -> None:
    store = tiny.parent / ".bartizan"
    command = [str(PROGRAM), "assess", str(tiny), "--no-treat"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: len(records(store)) >= 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers are told, too
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted; what was measured is kept, and the same command continues"
    until(lambda: is_empty(process.pid))
    kept = records(store)
    assert len(kept) >= 2
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert kept.items() <= records(store).items()
    assert len(records(store)) > len(kept)
