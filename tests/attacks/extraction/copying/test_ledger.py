"""A ledger knows what was spent, whatever happens, and is never opened when it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.attacks.extraction.copying.ledger import Ledger
from bartizan.core.errors import DataError

Array = NDArray[np.float32]


def doubled(x: Array) -> Array:
    return 2 * x.reshape(len(x), -1)[:, :2]


def inputs(n: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).random((n, 1, 2, 2), np.float32)


def filled(path: Path, n: int = 10, batch: int = 4) -> Ledger:
    ledger = Ledger.begin((1, 2, 2), 2, "scores", path, clock=lambda: 5.0)
    ledger.ask(doubled, inputs(n), batch)
    return ledger


def test_what_is_written_is_read_back_equal(tmp_path: Path) -> None:
    made = filled(tmp_path / "l")
    again = Ledger.open(tmp_path / "l")
    assert np.array_equal(again.inputs, made.inputs)
    assert np.array_equal(again.answers, made.answers)
    assert again.times.tolist() == [5.0] * 10
    assert (again.spent, again.lost, again.mended, again.head) == (10, 0, 0, made.head)


def test_nothing_is_paid_for_twice(tmp_path: Path) -> None:
    ledger, asked = filled(tmp_path / "l"), 0

    def counting(x: Array) -> Array:
        nonlocal asked
        asked += len(x)
        return doubled(x)

    x = np.concatenate([inputs(10), inputs(2, seed=9)])
    assert np.array_equal(ledger.ask(counting, x, 4), doubled(x))
    assert (asked, ledger.spent) == (2, 12)


def test_an_input_asked_twice_at_once_costs_one_query() -> None:
    ledger = Ledger.begin((1, 2, 2), 2, "scores")
    ledger.ask(doubled, np.repeat(inputs(3), 2, axis=0), 64)
    assert ledger.spent == len(ledger.inputs) == 3


def test_a_question_whose_answer_never_came_is_spent(tmp_path: Path) -> None:
    ledger = filled(tmp_path / "l")

    def broken(x: Array) -> Array:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        ledger.ask(broken, inputs(3, seed=1), 64)
    again = Ledger.open(tmp_path / "l")
    assert (again.spent, again.lost, len(again.inputs)) == (13, 3, 10)
    again.ask(doubled, inputs(3, seed=1), 64)
    third = Ledger.open(tmp_path / "l")
    assert (third.spent, third.lost, len(third.inputs)) == (16, 3, 13)


@pytest.mark.parametrize("missing", [1, 4, 7, 20, 40, 60])
def test_cut_off_in_the_middle_of_a_query_it_is_mended(tmp_path: Path, missing: int) -> None:
    path = tmp_path / "l"
    made = filled(path)
    path.write_bytes(path.read_bytes()[:-missing])
    again = Ledger.open(path)
    assert again.mended > 0 or again.lost > 0
    assert len(again.inputs) == 8
    assert np.array_equal(again.answers, made.answers[:8])
    again.ask(doubled, inputs(10), 4)
    third = Ledger.open(path)
    assert np.array_equal(third.answers, made.answers)
    assert third.mended == 0


def test_every_place_to_be_cut_at_is_mended_or_refused_in_a_sentence(tmp_path: Path) -> None:
    Ledger.begin((1, 2, 2), 2, "scores", tmp_path / "head")
    filled(tmp_path / "half", 2, 2)
    filled(tmp_path / "whole", 4, 2)
    head, half = ((tmp_path / name).stat().st_size for name in ("head", "half"))
    whole = (tmp_path / "whole").read_bytes()
    for length in range(len(whole)):
        path = tmp_path / "cut"
        path.write_bytes(whole[:length])
        if length < head:
            with pytest.raises(DataError, match="name another file"):
                Ledger.open(path)
        else:
            assert len(Ledger.open(path).inputs) == (2 if length >= half else 0)


@pytest.mark.parametrize("byte", range(60, 400, 17))
def test_damage_before_the_end_is_refused_and_nothing_is_lost(tmp_path: Path, byte: int) -> None:
    path = tmp_path / "l"
    filled(path)
    bytes_ = bytearray(path.read_bytes())
    bytes_[byte] ^= 1
    path.write_bytes(bytes(bytes_))
    with pytest.raises(DataError, match=r"is damaged: record \d+ \(at byte \d+\).*restore|is not a ledger"):
        Ledger.open(path)
    assert path.read_bytes() == bytes(bytes_)


@pytest.mark.parametrize("content", [b"", b"BZLEDGR1", b"\x80\x04pickle", b"BZLEDGR1\x02\x00\x00\x00{}abcd"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "l").write_bytes(content)
    with pytest.raises(DataError, match="is not a ledger of queries"):
        Ledger.open(tmp_path / "l")


def test_a_file_is_not_written_over(tmp_path: Path) -> None:
    filled(tmp_path / "l")
    with pytest.raises(DataError, match="exists already"):
        Ledger.begin((1, 2, 2), 2, "scores", tmp_path / "l")


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        Ledger.open(tmp_path / "none")
