"""The command line as a person meets it: what it says, how it ends, and what it leaves of an older store."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bartizan.cli.main import main


@pytest.fixture(scope="session", autouse=True)
def _warm() -> None:
    """The engine is loaded once, so that every case starts its worker quickly."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["bartizan.campaign.engine"])


@dataclass(frozen=True)
class Said:
    """code: exit code; out, err: what was written to either stream."""

    code: int
    out: str
    err: str

    def sentence(self, *words: str) -> str:
        """The one sentence on standard error, which says all of `words`; exit code 2 and no traceback."""
        assert self.code == 2, self
        assert "Traceback" not in self.out + self.err
        lines = [line for line in self.err.splitlines() if line.strip()]
        assert len(lines) == 1, self.err
        for word in words:
            assert re.search(word, lines[0]), (word, lines[0])
        return lines[0]


Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`run("assess", path)`: one call of the program."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture
def kept(tiny: Path) -> Callable[[], None]:
    """A store with something in it; call it to see that nothing of it was lost."""
    root = tiny.parent / ".bartizan"
    for name, text in (("evidence/old/record.json", "{}"), ("assessment.json", "{}"), ("report.html", "old")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}

    def check() -> None:
        assert {p: p.read_bytes() for p in before} == before
        assert not list(root.rglob(f"*.{os.getpid()}"))

    return check
