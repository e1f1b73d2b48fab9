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


def interrupted(system: Path, send: Callable[[int, int], None]) -> None:
    store = system.parent / ".bartizan"
    command = [str(PROGRAM), "assess", str(system), "--no-treat"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: len(records(store)) >= 2)
    send(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted; what was measured is kept, and the same command continues"
    until(lambda: is_empty(process.pid))


def test_as_from_a_terminal_where_the_workers_are_told_too(sum_system: Path) -> None:
    interrupted(sum_system, os.killpg)


def test_what_was_measured_is_kept_and_the_same_command_continues(sum_system: Path) -> None:
    store = sum_system.parent / ".bartizan"
    interrupted(sum_system, os.kill)
    kept = records(store)
    command = [str(PROGRAM), "assess", str(sum_system), "--no-treat"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert kept.items() <= records(store).items()
    assert len(records(store)) > len(kept)
