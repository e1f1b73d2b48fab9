"""The program is killed, without a chance to tidy up, and called again until it is through."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("bartizan")
Stamps = dict[str, tuple[int, int]]


def start(system: Path, store: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [str(PROGRAM), "assess", str(system), "--store", str(store), *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err.decode()


def measured(store: Path) -> Stamps:
    """Inode and time of every record of measured evidence: both change when it is written again."""
    found = {}
    for path in (store / "evidence").glob("[!.]*/record.json"):
        if json.loads(path.read_text())["body"]["outcome"] == "measured":
            status = path.stat()
            found[path.parent.name] = (status.st_ino, status.st_mtime_ns)
    return found


def all_but_clock(store: Path) -> bytes:
    """The bytes of the assessment with its top-level `clock` cut out."""
    rest, cuts = re.subn(rb'(?ms)^  "clock": \{.*?^  \},\n', b"", (store / "assessment.json").read_bytes())
    assert cuts == 1
    assert b'"clock"' not in rest
    return rest


def measured_more(process: subprocess.Popen[bytes], store: Path, than: int) -> bool:
    """Wait until the process has measured more than it found, or has ended."""
    while process.poll() is None:
        if len(measured(store)) > than:
            return True
        time.sleep(0.02)
    return False


def killed_and_continued(system: Path, calm: Path, rough: Path, kills: int, more: tuple[str, ...]) -> list[int]:
    """How much was measured at each kill. Half of the moments are drawn from a share of the undisturbed run, most of
    them while it starts; the other half from what follows its next measurement, however slow the machine is."""
    rng = random.Random(20251124)
    began = time.monotonic()
    finish(start(system, calm, *more))
    whole = time.monotonic() - began
    progress = []
    for kill in range(kills):
        before = measured(rough)
        process = start(system, rough, *more)
        if kill % 2:
            time.sleep(rng.uniform(0.2, whole * 0.45))
        elif measured_more(process, rough, len(before)):
            time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.communicate()
        after = measured(rough)
        assert {name: after.get(name) for name in before} == before
        progress.append(len(after))
    before = measured(rough)
    finish(start(system, rough, *more))
    after = measured(rough)
    assert {name: after[name] for name in before} == before
    assert after.keys() == measured(calm).keys()
    return progress


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.glob("*/.*")]


@pytest.fixture
def check(tiny: Path, tmp_path: Path) -> Callable[..., None]:
    def run(kills: int, *more: str) -> None:
        calm, rough = tmp_path / "calm", tmp_path / "rough"
        progress = killed_and_continued(tiny, calm, rough, kills, more)
        assert max(progress) > 0, "every kill came before anything was measured"
        assert all_but_clock(rough) == all_but_clock(calm)
        assert (rough / "report.html").exists()
        assert not hidden(rough)
        assert not (rough / "damaged").exists()

    return run


def test_three_kills(check: Callable[..., None]) -> None:
    check(3, "--no-treat")


@pytest.mark.nightly
def test_twenty_kills_treatments_included(check: Callable[..., None]) -> None:
    check(20)
