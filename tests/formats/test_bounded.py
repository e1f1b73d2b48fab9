"""Archives that lie about their size, their members or their place are refused before they are unpacked."""

from __future__ import annotations

import os
import warnings
import zipfile
from pathlib import Path

import pytest

from bartizan.core.errors import DataError, UnsafeFileError
from bartizan.formats.bounded import checked_zip, member, regular_file


def _archive(path: Path, *members: tuple[str, bytes], pack: int = zipfile.ZIP_STORED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", pack) as archive:
        warnings.simplefilter("ignore")
        for name, raw in members:
            archive.writestr(name, raw)
    return path


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    layer = b"\0" * (4 << 20)
    honest = _archive(tmp_path / "a.zip", ("a", layer), pack=zipfile.ZIP_DEFLATED)
    with checked_zip(honest) as archive:
        assert len(member(archive, archive.infolist()[0])) == len(layer)
    with pytest.raises(UnsafeFileError, match="would unpack to"):
        checked_zip(honest, limit=1 << 20)
    bomb = _archive(tmp_path / "b.zip", ("a", layer * 4), pack=zipfile.ZIP_BZIP2)
    with pytest.raises(UnsafeFileError, match="bomb"):
        checked_zip(bomb)


@pytest.mark.parametrize("name", ["../up", "/root", "a/../../b"])
def test_members_stay_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeFileError, match="outside"):
        checked_zip(_archive(tmp_path / "a.zip", (name, b"x")))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeFileError, match="two members"):
        checked_zip(_archive(tmp_path / "a.zip", ("a", b"x"), ("a", b"y")))


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    path = _archive(tmp_path / "a.zip", ("a", b"x" * 100))
    raw = bytearray(path.read_bytes())
    raw[60] ^= 1
    path.write_bytes(bytes(raw))
    with checked_zip(path) as archive, pytest.raises(UnsafeFileError, match="'a'"):
        member(archive, archive.infolist()[0])


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((tmp_path / "pipe", "regular"), (tmp_path, "regular"), (tmp_path / "x" / "y", "does not exist")):
        with pytest.raises(DataError, match=says):
            regular_file(path, "the data", DataError)
