"""`scan` from the command line: bad input first, then verdicts, exit codes and what is printed."""

from __future__ import annotations

import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest

EVIL = b"cos\nmkdir\n(Vthe-payload-ran\ntR."


def test_a_path_that_is_not_there_and_a_folder_without_files_are_said(run: Any, tmp_path: Path) -> None:
    said = run("scan", tmp_path / "nothing")
    assert (said.code, said.out) == (2, "")
    assert "there is nothing at" in said.err
    (tmp_path / "empty").mkdir()
    said = run("scan", tmp_path / "empty")
    assert said.code == 2
    assert "there is no file in" in said.err


def test_bad_files_are_never_approved_and_nothing_hangs(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    (folder / "cut.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 5)
    (folder / "empty.pt").write_bytes(b"")
    for name, first in (("sparse.pkl", b"\x80\x04\x8e"), ("sparse.bin", b""), ("sparse.safetensors", b"")):
        with (folder / name).open("wb") as stream:
            stream.write(first)
            stream.truncate(10 << 30)
    (folder / "deep.json").write_bytes(b"[" * 500_000 + b"]" * 500_000)
    (folder / "deep.pkl").write_bytes(b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999)
    (folder / "out").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    said = run("scan", folder, "--json")
    told = json.loads(said.out)
    assert said.code == 3
    assert {f["verdict"] for f in told["files"]} == {"needs review"}
    assert told["summary"] == {"malicious": 0, "needs review": len(list(folder.iterdir())), "approved": 0}
    assert all(r["remedy"] for f in told["files"] for r in f["reasons"])


def test_hostile_names_are_shown_and_act_on_nothing(run: Any, tmp_path: Path) -> None:
    for name in (b"[red]a.txt", b"new\nline.txt", b"\x1b[31mred.txt", b"\xff\xfe.txt", b"--json"):
        (tmp_path / os.fsdecode(name)).write_text("hello")
    said = run("scan", tmp_path)
    assert said.code == 0
    assert "[red]a.txt" in said.out
    assert "\x1b" not in said.out
    assert "5 approved" in said.out


@pytest.mark.parametrize(
    ("files", "code"), [({"a.pkl": pickle.dumps([1])}, 0), ({"a.bin": b"\1\2"}, 3), ({"a.pkl": EVIL, "b": b"\1"}, 1)]
)
def test_the_exit_code_is_that_of_the_gravest_file(
    run: Any, tmp_path: Path, files: dict[str, bytes], code: int
) -> None:
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    assert run("scan", tmp_path).code == code
    assert not Path("the-payload-ran").exists()


def test_the_table_says_why_where_and_what_to_do_and_sarif_is_written(run: Any, tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(EVIL)
    (tmp_path / "w.pkl").write_bytes(pickle.dumps({"a": 1.0}))
    said = run("scan", tmp_path, "--sarif", tmp_path / "out.sarif")
    assert "2 files: 1 malicious, 0 needs review, 1 approved." in said.out
    assert "os.mkdir" in said.out
    assert "byte 0" in said.out
    (result,) = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "runs-code"


def test_a_second_opinion_needs_a_second_scanner(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bartizan.scanners import opinions

    monkeypatch.setattr(opinions, "find_spec", lambda name: None)
    (tmp_path / "m.pkl").write_bytes(EVIL)
    said = run("scan", tmp_path, "--second-opinion")
    assert said.code == 2
    assert "install hayward" in said.err
