"""Mistakes in the YAML entries are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError
from ruamel.yaml.constructor import DuplicateKeyError

from bartizan.knowledge.build import ENTRIES, from_yaml, read_yaml


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ENTRIES, tmp_path / "entries"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("choices.yaml", "level: low", "level: tiny", "level"),
        ("choices.yaml", "  question:", "  qestion:", "qestion"),
        ("hazards.yaml", "references: [iso24029-2, aiexchange]", "provenance: sourced", "names no reference"),
        ("crosswalk.yaml", "coverage: partial", "coverage: none", "coverage none"),
        ("references.yaml", 'arxiv: "2406.12929"', "arxiv: 2406.12929", "arxiv"),
    ],
)
def test_wrong_entry_is_refused(folder: Path, file: str, old: str, new: str, message: str) -> None:
    edit(folder / file, old, new)
    with pytest.raises(ValidationError, match=message):
        from_yaml(folder)


def test_id_used_by_two_kinds_is_refused(folder: Path) -> None:
    edit(folder / "hazards.yaml", "drift:", "insider:")
    with pytest.raises(ValueError, match="more than one entry: insider"):
        from_yaml(folder)


def test_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(DuplicateKeyError):
        read_yaml(path)
