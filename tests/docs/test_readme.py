"""What the README says can be typed, is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bartizan.cli.commands import _COMMANDS
from bartizan.core.vocabulary import Verdict

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

NO_MODEL_FILE = """
name: Cheque reader
purpose: Reads the amount field of scanned cheques
stage: testing
assets: {models: [{id: reader}]}
interfaces: [{id: api, serves: reader, audience: public, returns: scores}]
"""


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_description_is_the_one_the_parser_is_tested_on() -> None:
    assert block("yaml") == (ROOT / "tests" / "formats" / "minimal.yaml").read_text(encoding="utf-8")


def test_the_commands_are_those_there_are() -> None:
    assert set(re.findall(r"^\| `(\w+)[^`]*` \|", README, re.MULTILINE)) == set(_COMMANDS)


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a system whose model cannot be loaded, so that the whole loop runs and nothing is attacked."""
    monkeypatch.chdir(tmp_path)
    Path("system.yaml").write_text(NO_MODEL_FILE, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(block("python"), "README.md", "exec"), names)
    assert {f.verdict for f in names["made"].findings} == {Verdict.UNTESTED}
    assert "E2@reader/api untested: " in capsys.readouterr().out


@pytest.mark.parametrize("page", ["README.md", "docs/journey.md", "docs/extend.md", "examples/digits/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


def test_the_picture_is_small_enough_to_load() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size <= 400 * 1024
