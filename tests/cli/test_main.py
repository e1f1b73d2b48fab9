from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bartizan
from bartizan.cli import commands as shell

COMMANDS = (
    "init", "validate", "schema", "explain", "plugins", "doctor", "threats", "plan", "assess", "gate", "report",
    "evidence", "scan", "provenance",
)  # fmt: skip


def test_help_names_every_command_and_what_it_does(run: Any) -> None:
    said = run("--help")
    assert said.code == 0
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s+\w", said.out, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Any, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert "Usage" in said.out


def test_version(run: Any) -> None:
    said = run("--version")
    assert (said.code, said.out) == (0, f"bartizan {bartizan.__version__}\n")


def test_a_fault_of_ours_is_one_sentence_and_a_file(
    tiny: Path, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr("bartizan.cli.describe.read_system", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = run("validate", tiny)
    assert said.code == 70
    assert len(said.err.strip().splitlines()) == 1
    assert "a fault in Bartizan" in said.err
    found = re.search(r"details: (\S+)\)", said.err)
    assert found is not None
    assert "RuntimeError: no such thing" in Path(found[1]).read_text()


def test_an_interruption_is_a_sentence_and_130(tiny: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bartizan.cli.describe.read_system", interrupt)
    said = run("validate", tiny)
    assert said.code == 130
    assert "the same command continues" in said.err


CALL = """
import sys
from bartizan.cli.main import main
code = main(sys.argv[1:])
heavy = [m for m in ("torch", "sklearn", "onnx", "scipy", "pandas") if m in sys.modules]
sys.exit(f"imported {heavy}" if heavy else code)
"""


@pytest.mark.parametrize(
    "arguments", [["threats", "SYSTEM"], ["plan", "SYSTEM"], ["validate", "SYSTEM"], ["plugins"], ["explain", "E2"]]
)
def test_planning_needs_no_engine(tiny: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-c", CALL, *(a.replace("SYSTEM", str(tiny)) for a in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_commands_listed_are_those_that_exist() -> None:
    assert set(shell._COMMANDS) == set(COMMANDS)


def test_a_misspelt_command(run: Any) -> None:
    said = run("asess")
    assert said.code == 2
    assert said.err == "no command is called 'asess'; did you mean 'assess'?\n"
