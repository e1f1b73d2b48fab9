from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.formats.description import Description, read_system
from bartizan.provenance.digests import differences, read_digests, record, written
from bartizan.provenance.files import asset_files

Described = Callable[..., Description]
NAMES = ["train.npz", "recipe.py", "faces/a/1.png", "model.onnx", "requirements.txt"]


def test_every_file_of_every_asset_is_recorded_and_read_back(folder: Path, described: Described) -> None:
    digests = record(asset_files(described()))
    assert set(digests.files) == set(NAMES)
    (folder / "digests.json").write_text(written(digests))
    assert read_digests(folder / "digests.json") == digests
    assert not differences(digests, asset_files(described()))


def test_changed_missing_and_new_files_are_named(folder: Path, described: Described) -> None:
    before = record(asset_files(described()))
    (folder / "model.onnx").write_bytes(b"\x08\x08")
    (folder / "faces" / "a" / "1.png").rename(folder / "faces" / "a" / "2.png")
    found = {d.name: d for d in differences(before, asset_files(described()))}
    assert {name: d.kind for name, d in found.items()} == {
        "model.onnx": "changed",
        "faces/a/1.png": "missing",
        "faces/a/2.png": "new",
    }
    assert "is not what was recorded" in found["model.onnx"].sentence


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": {"a": {"sha256": "zz", "asset": "a", "size": 1}}}', '{"files": 3}']
)
def test_another_file_is_a_sentence(folder: Path, text: str) -> None:
    (folder / "digests.json").write_text(text)
    with pytest.raises(UsageError, match="is no list of digests"):
        read_digests(folder / "digests.json")


def test_a_description_without_files_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("name: n\npurpose: p\nstage: testing\nassets: {models: [{id: m}]}\n")
    with pytest.raises(UsageError, match="names no file"):
        asset_files(read_system(tmp_path / "system.yaml"))
