from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bartizan.core.errors import StoreError
from bartizan.store import record

BODY = {"rate": 0.1, "words": ["ä", "b"], "nested": {"n": 3}}


def written(tmp_path: Path) -> Path:
    record.write(tmp_path / "key", BODY, {"a": np.arange(4.0)}, {"seconds": 1.5})
    return tmp_path / "key"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    body, arrays, clock = record.read(written(tmp_path))
    assert body == BODY
    assert clock == {"seconds": 1.5}
    assert arrays["a"].tolist() == [0, 1, 2, 3]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hnp.arrays(
        st.sampled_from(["<f4", "<f8", "<i8", "<i4", "u1", "?"]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_arrays_come_back_bit_for_bit(tmp_path: Path, array: np.ndarray) -> None:
    record.write(tmp_path / "key", {}, {"a": array, "b": array.T}, {})
    _, found, _ = record.read(tmp_path / "key")
    for name, want in (("a", array), ("b", array.T)):
        assert (found[name].dtype, found[name].shape) == (want.dtype, want.shape)
        assert found[name].tobytes() == np.ascontiguousarray(want).tobytes()


def test_a_newer_record_replaces_the_older_and_leaves_nothing_behind(tmp_path: Path) -> None:
    written(tmp_path)
    record.write(tmp_path / "key", {"new": 1}, {}, {})
    body, arrays, _ = record.read(tmp_path / "key")
    assert (body, arrays) == ({"new": 1}, {})
    assert os.listdir(tmp_path) == ["key"]


def test_there_is_no_record_where_none_was_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        record.read(tmp_path / "key")


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-3] ^= 1
    path.write_bytes(raw)


def _edit(folder: Path, **changes: object) -> None:
    path = folder / "record.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _drop(folder: Path, key: str) -> None:
    path = folder / "record.json"
    whole = json.loads(path.read_text())
    del whole[key]
    path.write_text(json.dumps(whole))


DAMAGE = {
    "an edited body": lambda f: _edit(f, body={**BODY, "rate": 0.0}),
    "a flipped bit in the arrays": lambda f: _flip(f / "arrays.safetensors"),
    "no arrays any more": lambda f: (f / "arrays.safetensors").unlink(),
    "half a record": lambda f: (f / "record.json").write_bytes((f / "record.json").read_bytes()[:40]),
    "an empty record": lambda f: (f / "record.json").write_text(""),
    "a list": lambda f: (f / "record.json").write_text("[]"),
    "a number": lambda f: (f / "record.json").write_text("3"),
    "bytes that are no text": lambda f: (f / "record.json").write_bytes(b"\xff\xfe\x00"),
    "nesting without end": lambda f: (f / "record.json").write_text("[" * 200_000),
    "no digest of the arrays": lambda f: _drop(f, "arrays_sha256"),
    "no body": lambda f: _drop(f, "body"),
    "no clock": lambda f: _drop(f, "clock"),
    "a body that is no mapping": lambda f: _edit(f, body=3, body_sha256=record._sha(b"3")),
    "a clock that is no mapping": lambda f: _edit(f, clock=[]),
    "a number that is none": lambda f: _edit(f, body={"rate": float("nan")}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_whatever_does_not_match_is_not_believed(tmp_path: Path, damage: object) -> None:
    folder = written(tmp_path)
    damage(folder)  # type: ignore[operator]
    with pytest.raises(record.Damaged, match="key: the "):
        record.read(folder)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "is full"), (errno.EDQUOT, "is full"), (errno.EROFS, "read-only"), (errno.EACCES, "not yours")],
)
def test_a_disk_that_refuses_is_one_sentence_and_the_old_record_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    folder = written(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(StoreError, match=words) as caught:
        record.write(folder, {"new": 1}, {"a": np.ones(2)}, {})
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert record.read(folder)[0] == BODY
    assert os.listdir(tmp_path) == ["key"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k none '{disk}' 2>/dev/null"):
        pytest.skip("a small disk cannot be mounted here")
    try:
        record.write(disk / "small", BODY, {}, {})
        with pytest.raises(StoreError, match="is full"):
            record.write(disk / "large", BODY, {"a": np.zeros(100_000)}, {})
        assert os.listdir(disk) == ["small"]
        assert record.read(disk / "small")[0] == BODY
    finally:
        os.system(f"umount '{disk}'")


def test_when_it_dies_between_two_renames_the_old_record_is_not_lost_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    record.write(folder, {"new": 1}, {}, {})
    assert record.read(folder)[0] == {"new": 1}
