from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bartizan.campaign.executor import LocalProcesses
from bartizan.campaign.work import Job, Result
from bartizan.core.vocabulary import Outcome


def results(path: Path, *trials: Any, workers: int = 2) -> dict[str, Result]:
    found: dict[str, Result] = {}
    with LocalProcesses(workers) as executor:
        for t in trials:
            executor.submit(t.name, Job(t, str(path)), t.budget.seconds)
        while len(found) < len(trials):
            found.update(executor.finished())
    return found


def test_one_that_hangs_dies_or_raises_stops_no_other(sum_system: Path, trial: Any) -> None:
    found = results(
        sum_system,
        trial("hangs", mode="hangs", seconds=1.0),
        trial("exits", mode="exits"),
        trial("killed", mode="killed"),
        trial("raises", mode="raises"),
        *(trial(f"well {n}", hits=n) for n in range(6)),
    )
    assert found["hangs"].outcome is Outcome.ERROR
    assert found["hangs"].reason == "killed after its deadline of 1 seconds"
    assert found["exits"].reason == "the process running it died (exit code 7)"
    assert "died" in found["killed"].reason
    assert str(int(signal.SIGKILL)) in found["killed"].reason
    assert found["raises"].reason == "RuntimeError: the sky is falling"
    assert all(found[f"well {n}"].measured.measurements[0].value == n / 100 for n in range(6))


def test_what_a_worker_cannot_send_back_is_an_error_of_that_trial(sum_system: Path, trial: Any) -> None:
    found = results(sum_system, trial("odd", mode="odd_claim"), trial("well"))
    assert found["well"].outcome is Outcome.MEASURED


def test_an_interruption_ends_the_workers_soon(sum_system: Path, trial: Any) -> None:
    began = time.monotonic()

    def interrupted() -> None:
        with LocalProcesses(1) as executor:
            executor.submit("hangs", Job(trial("hangs", mode="hangs"), str(sum_system)), 3600)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - began < 20


PARENT = """
import sys
from bartizan.campaign.executor import LocalProcesses
from bartizan.campaign.work import Job
from bartizan.core.trial import Trial
if __name__ == "__main__":
    trial = Trial.from_json(sys.argv[1])
    with LocalProcesses(1) as executor:
        executor.submit(trial.name, Job(trial, sys.argv[2]), 3600)
        list(executor.finished())
"""


def test_workers_end_with_a_parent_that_was_killed(sum_system: Path, trial: Any, tmp_path: Path) -> None:
    script, log = tmp_path / "parent.py", tmp_path / "log"
    script.write_text(PARENT)
    order = trial("hangs", mode="hangs", log=str(log))
    parent = subprocess.Popen([sys.executable, str(script), order.to_json(), str(sum_system)], start_new_session=True)
    group = parent.pid
    try:
        _until(log.exists, 120)
    finally:
        parent.kill()
        parent.wait()
    _until(lambda: not _alive(group), 60)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _until(true: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
