from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from bartizan.core.errors import UsageError
from bartizan.formats.locks.advisories import read_advisories


def advisory(*events: dict[str, str], versions: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Num_Py"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
        "versions": list(versions),
    }
    return {"id": "A-1", "summary": "bad", "affected": [affected], **more}


def written(folder: Path, value: Any) -> Path:
    (folder / "a.json").write_text(json.dumps(value))
    return folder / "a.json"


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([{"introduced": "0"}, {"fixed": "1.2"}], ["0.1", "1.2rc1"], ["1.2", "2"]),
        ([{"introduced": "1.0"}, {"last_affected": "1.2"}], ["1.0", "1.2"], ["0.9", "1.2.1"]),
        ([{"introduced": "1.0"}], ["1.0", "99"], ["0.9"]),
        (
            [{"fixed": "1.1"}, {"introduced": "2.0"}, {"fixed": "2.1"}, {"introduced": "1.0"}],
            ["1.0", "2.0"],
            ["1.5", "2.1"],
        ),
    ],
)
def test_ranges(tmp_path: Path, events: list[dict[str, str]], inside: list[str], outside: list[str]) -> None:
    (one,) = read_advisories(written(tmp_path, advisory(*events)))
    assert one.package == "num-py"
    assert [v for v in (*inside, *outside) if one.affects(Version(v))] == inside


def test_listed_versions_count_however_they_are_written(tmp_path: Path) -> None:
    (one,) = read_advisories(written(tmp_path, advisory(versions=("1.0.0-rc1",))))
    assert one.affects(Version("1.0.0rc1"))
    assert not one.affects(Version("1.0.0"))


def test_file_list_folder_and_zip_say_the_same_and_the_withdrawn_say_nothing(tmp_path: Path) -> None:
    good, gone = advisory({"introduced": "0"}), advisory({"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    path = written(tmp_path, [good, gone])
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x/A-1.json", json.dumps(good))
    folder = tmp_path / "folder" / "below"
    folder.mkdir(parents=True)
    written(folder, {"vulns": [good]})
    assert read_advisories(path) == read_advisories(tmp_path / "all.zip") == read_advisories(tmp_path / "folder")
    assert len(read_advisories(path)) == 1


@pytest.mark.parametrize(
    "value", [[1], {"id": 3}, {"id": "A", "affected": 3}, {"id": "A", "affected": [7]}, [], "text"]
)
def test_what_is_not_osv_is_a_sentence(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UsageError, match="OSV"):
        read_advisories(written(tmp_path, value))


def test_broken_json_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{" * 3000)
    with pytest.raises(UsageError, match="no JSON"):
        read_advisories(tmp_path / "a.json")
