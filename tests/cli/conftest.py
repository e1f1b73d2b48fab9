"""The command line, called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bartizan.cli.main import main


@dataclass(frozen=True)
class Said:
    """code: exit code; out, err: what was written to either stream."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`run("plan", path)`: one call of the program."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store of the tiny system, assessed once, is kept."""
    return tmp_path_factory.mktemp("shelf") / "store"


@pytest.fixture
def assessed(shelf: Path, tiny: Path, run: Run) -> Path:
    """The tiny system with a store that holds its assessment."""
    if not shelf.exists():
        said = run("assess", tiny, "--no-treat")
        assert said.code == 0, said
        shutil.copytree(tiny.parent / ".bartizan", shelf)
    else:
        shutil.copytree(shelf, tiny.parent / ".bartizan")
    return tiny
