"""A file that takes too long or too much ends its reader and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.formats.verdict import Verdict
from bartizan.scanners import cage as caged
from bartizan.scanners.cage import Cage, Limits


def test_a_file_beyond_its_time_is_not_approved_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "long.pkl").write_bytes(b"\x80\x04" + b"N0" * 8_000_000 + b"N.")
    (tmp_path / "short.pkl").write_bytes(b"\x80\x04N.")
    with Cage(Limits(seconds=1)) as cage:
        first, second = cage.inspect(tmp_path / "long.pkl"), cage.inspect(tmp_path / "short.pkl")
    assert [r.rule for r in first.reasons] == ["limit"]
    assert "within 1 seconds" in first.reasons[0].text
    assert second.verdict is Verdict.APPROVED


def test_a_file_beyond_its_memory_is_not_approved_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "wide.pkl").write_bytes(b"\x80\x04(" + b"]" * 12_000_000 + b"l.")
    (tmp_path / "short.pkl").write_bytes(b"\x80\x04N.")
    with Cage(Limits(seconds=60, memory=400 << 20)) as cage:
        first, second = cage.inspect(tmp_path / "wide.pkl"), cage.inspect(tmp_path / "short.pkl")
    assert [r.rule for r in first.reasons] == ["limit"]
    assert second.verdict is Verdict.APPROVED


def _dies(*_: object) -> None:
    raise SystemExit(1)


def test_a_reader_that_ends_at_its_start_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caged, "_serve", _dies)
    (tmp_path / "m.pkl").write_bytes(b"\x80\x04N.")
    with Cage() as cage, pytest.raises(UsageError, match="ended at its start"):
        cage.inspect(tmp_path / "m.pkl")
