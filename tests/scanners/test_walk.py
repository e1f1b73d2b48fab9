"""Paths as they come: pipes, links, circles, folders without end and names that would fool a terminal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.scanners.folder import scan
from bartizan.scanners.walk import walk


def _told(*paths: Path) -> dict[str, str]:
    return {f.path.name: f.reason.rule if f.reason else "" for f in walk(paths)}


def test_files_come_in_the_order_of_their_names_from_all_folders(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/3", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [f.path.relative_to(tmp_path).as_posix() for f in walk([tmp_path])] == ["a/3", "b/1", "b/2", "c"]


def test_pipes_and_devices_are_told_of_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert _told(tmp_path) == {"pipe": "special"}
    assert _told(tmp_path / "pipe", Path("/dev/null")) == {"pipe": "special", "null": "special"}


def test_links_out_of_the_folder_and_in_circles_are_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "out").write_text("x")
    (folder / "file").write_text("x")
    (folder / "out").symlink_to(tmp_path / "out")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "inside").symlink_to(folder / "file")
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("gone")
    assert _told(folder) == {"file": "", "out": "link", "loop": "link", "nowhere": "link"}


def test_a_link_under_another_ending_is_looked_at_by_its_own_name(tmp_path: Path) -> None:
    """A cache of downloads keeps files under their digests and links to them."""
    for folder in ("blobs", "model"):
        (tmp_path / folder).mkdir()
    (tmp_path / "blobs" / "0af3").write_text("import os\n")
    (tmp_path / "blobs" / "77ab").write_text("weights of a kind\n")
    (tmp_path / "model" / "modeling.py").symlink_to("../blobs/0af3")
    (tmp_path / "model" / "README").symlink_to("../blobs/77ab")
    told = {r.path.name: [x.rule for x in r.reasons] for r in scan([tmp_path])}
    assert told == {"0af3": [], "77ab": [], "modeling.py": ["program"]}


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    assert _told(tmp_path / "link") == {"link": ""}


def test_a_folder_a_thousand_deep_is_walked(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(300):
            os.mkdir("d")
            os.chdir("d")
        Path("file").write_text("x")
    finally:
        os.chdir(here)
    assert list(_told(tmp_path)) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_may_not_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "file").write_text("x")
    (tmp_path / "file").chmod(0)
    reports = {r.path.name: r.reasons[0].rule for r in scan([tmp_path])}
    assert reports == {"closed": "unreadable", "file": "unreadable"}


def test_a_folder_that_cannot_be_listed_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert list(_told(tmp_path).values()) == ["unreadable"]


@pytest.mark.parametrize("path", [Path("/nowhere/at/all"), Path("x" * 5000)])
def test_a_path_that_is_not_there_is_a_mistake_of_the_caller(path: Path) -> None:
    with pytest.raises(UsageError):
        scan([path])
