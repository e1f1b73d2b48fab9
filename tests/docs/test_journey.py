"""The journey is what happens: its commands print what the page says, and its pointers point at something."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "journey.md").read_text(encoding="utf-8")
spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
assert spec is not None
assert spec.loader is not None
refresh = importlib.util.module_from_spec(spec)
spec.loader.exec_module(refresh)

NO_CAMPAIGN = [pair for pair in refresh.pairs(PAGE) if "$S" not in pair[0]]


@pytest.mark.parametrize(("command", "shown"), NO_CAMPAIGN)
def test_what_needs_no_campaign_is_printed_today(command: str, shown: str) -> None:
    if "jq" in command and shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    assert refresh.output_of(command) == shown


def test_most_of_the_journey_is_shown() -> None:
    assert len(NO_CAMPAIGN) >= 7
    assert len(refresh.pairs(PAGE)) - len(NO_CAMPAIGN) >= 7
    assert all(shown.strip() for _, shown in refresh.pairs(PAGE))


def test_every_file_named_is_there_and_has_what_is_said() -> None:
    text = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([a-z_/]+\.(?:py|yaml))`(?:\s*\(`(\w+)`\))?", text.replace("\n", " "))
    assert len(named) >= 20
    for path, name in named:
        file = ROOT / "src" / "bartizan" / path
        file = file if file.is_file() else ROOT / path
        assert file.is_file(), path
        if name:
            assert re.search(rf"^(?:def|class) {name}\b|^{name} =", file.read_text(), re.MULTILINE), f"{path}: {name}"
