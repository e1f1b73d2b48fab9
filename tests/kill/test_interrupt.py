"""Ctrl-C ends the program soon, with a sentence; no process stays behind, and what was measured is kept."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

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


SENTENCE = "interrupted; what was measured is kept, and the same command continues"


def _hears() -> None:
    """Signals that whoever runs the tests has had ignored (nohup, a shell's background) are heard all the same."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(system: Path) -> subprocess.Popen[str]:
    command = [str(PROGRAM), "assess", str(system), "--no-treat"]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=_hears,
    )  # fmt: skip


def ends(process: subprocess.Popen[str], code: int, seconds: float = 30.0) -> list[str]:
    """The lines on standard error of a process that ends soon with a sentence and leaves nobody behind."""
    _, err = process.communicate(timeout=seconds)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert "leaked" not in err
    assert err.splitlines()[-1] == SENTENCE
    until(lambda: is_empty(process.pid))
    return err.splitlines()


def interrupted(system: Path, send: Callable[[int, int], None]) -> None:
    store = system.parent / ".bartizan"
    process = start(system)
    until(lambda: len(records(store)) >= 2)
    send(process.pid, signal.SIGINT)
    ends(process, 130)


def test_as_from_a_terminal_where_the_workers_are_told_too(sum_system: Path) -> None:
    interrupted(sum_system, os.killpg)


def test_what_was_measured_is_kept_and_the_same_command_continues(sum_system: Path) -> None:
    store = sum_system.parent / ".bartizan"
    interrupted(sum_system, os.kill)
    kept = records(store)
    again = start(sum_system)
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert kept.items() <= records(store).items()
    assert len(records(store)) > len(kept)


def listens(process: subprocess.Popen[str]) -> bool:
    """Whether the program has come so far that it hears a signal; before that, it is Python that is starting."""
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
    assert caught is not None
    return bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("moment", [0.0, 0.2, 0.6, 1.2, 2.0, 3.5])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_at_the_start_too_nobody_is_left_and_nothing_but_the_sentence_is_said(
    sum_system: Path, moment: float, number: signal.Signals
) -> None:
    process = start(sum_system)
    until(lambda: listens(process))
    time.sleep(moment)
    os.killpg(process.pid, number)
    said = ends(process, 128 + number)
    assert [line for line in said if not re.search(r"\[\d+/\d+\]", line)] == [SENTENCE]


def test_a_terminal_that_closes(sum_system: Path) -> None:
    process = start(sum_system)
    until(lambda: len(records(sum_system.parent / ".bartizan")) >= 2)
    os.killpg(process.pid, signal.SIGHUP)
    os.killpg(process.pid, signal.SIGTERM)
    ends(process, 129)


@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_while_a_model_hangs_in_the_check_up(sum_system: Path, send: Callable[[int, int], None]) -> None:
    hanging = "plugin: sum, options: {behaviour: hangs},"
    sum_system.write_text(sum_system.read_text().replace("plugin: sum,", hanging))
    process = start(sum_system)
    until((sum_system.parent / "opened").exists)
    send(process.pid, signal.SIGINT)
    ends(process, 130, seconds=15)
