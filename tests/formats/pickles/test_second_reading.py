"""Files of other kinds that an unpickler reads as well: those that lead it somewhere, and honest ones that do not."""

from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from bartizan.formats.model_scan import inspect_file
from bartizan.formats.pickles.scan import reads_as_pickle
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Verdict

LONG = 3 << 19  # more than is read of one line


def _payload(mark: Path) -> bytes:
    return b"\n0cos\nmkdir\n(V" + str(mark).encode() + b"\ntR."


def _safetensors(length: int, body: bytes) -> bytes:
    """A whole file whose header takes `length` bytes, padded by blanks as the format has it."""
    header = b'{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(body), len(body))
    return struct.pack("<Q", length) + header.ljust(length) + body


def _runs(raw: bytes, mark: Path) -> bool:
    try:
        pickle.loads(raw)  # noqa: S301
    except Exception:  # whatever stops it after the payload
        return mark.exists()
    return mark.exists()


RUNS = {
    "zero byte after I": lambda end: _safetensors(0x4928, end),  # ( I \0
    "zero byte after I1": lambda end: b"I1\0 and what no other reader passes over" + end,
    "zero byte after L": lambda end: b"L1\0..." + end,
    "zero byte after F": lambda end: b"F1\0..." + end,
    "zero byte after p": lambda end: b"Np1\0..." + end,
    "zero byte after g": lambda end: b"Np1\ng1\0..." + end,
    "of eight": lambda end: b"I07" + end,
    "sixteen, without end": lambda end: b"I0x" + b"f" * 20_000 + end,
    "sixteen, without end, L": lambda end: b"L0x" + b"f" * 20_000 + end,
    "blanks": lambda end: b"I" + b" " * LONG + b"7" + end,
    "a number past a line": lambda end: b"I1\0" + b"x" * LONG + end,
    "a text past a line": lambda end: b"S'" + b"x" * LONG + b"'" + end,
    "a text of Unicode past a line": lambda end: b"V" + b"x" * LONG + end,
    "a tensor past a line": lambda end: _safetensors(0x5628, b"\0" * LONG + end),  # ( V
}


@pytest.mark.parametrize("name", RUNS)
def test_a_second_reading_that_runs_is_told(name: str, tmp_path: Path) -> None:
    raw = RUNS[name](_payload(tmp_path / "ran"))
    (tmp_path / "m.bin").write_bytes(raw)
    assert inspect_file(tmp_path / "m.bin").verdict is not Verdict.APPROVED
    assert _runs(raw, tmp_path / "ran")


@pytest.mark.parametrize("name", ["zero byte after I", "a tensor past a line"])
def test_weights_that_are_a_pickle_as_well_are_malicious(name: str, tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(RUNS[name](_payload(tmp_path / "ran")))
    report = inspect_file(tmp_path / "m.safetensors")
    assert (report.kind, report.verdict) == (FileKind.SAFETENSORS, Verdict.MALICIOUS)


STOPS = [b"P", b"P1", b"p", b"p1", b"g1", b"Sx", b"Ix", b"I1 x", b"Lx", b"F x", b"c\0", b"Nc a b", b"Np1x"]


@pytest.mark.parametrize("first", STOPS)
@pytest.mark.parametrize("end", [b"", _payload(Path("/nonexistent/ran"))], ids=["no end", "payload"])
def test_a_long_line_at_which_every_unpickler_stops_is_no_second_reading(first: bytes, end: bytes) -> None:
    raw = first + b"\x01" * LONG + end
    with pytest.raises((pickle.UnpicklingError, ValueError, KeyError, ImportError, EOFError)):
        pickle.loads(raw)  # noqa: S301
    assert not reads_as_pickle(io.BytesIO(raw))


def test_opcodes_past_what_is_followed_may_lead_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from bartizan.formats.pickles.machine import Machine

    monkeypatch.setattr(Machine, "most", 1_000)
    assert reads_as_pickle(io.BytesIO(b"N0" * 2_000 + b"cos\nmkdir\n(Vx\ntR."))


@pytest.mark.parametrize("length", range(0x50, 0x1000, 0x100))
@pytest.mark.parametrize("letter", ["P", "p"])
def test_weights_of_zeros_are_approved_whatever_the_length_of_their_header(
    letter: str, length: int, tmp_path: Path
) -> None:
    (tmp_path / "m.safetensors").write_bytes(_safetensors(length - 0x50 + ord(letter), b"\0" * LONG))
    assert not inspect_file(tmp_path / "m.safetensors").reasons


def test_causal_masks_and_zeros_as_the_library_writes_them_are_approved(tmp_path: Path) -> None:
    save = pytest.importorskip("safetensors.numpy").save_file
    mask = np.tril(np.ones((1, 1, 1024, 1024), np.uint8)).astype(bool)
    for n in range(12):
        save({f"h.{i}.attn.bias": mask for i in range(n + 1)}, tmp_path / f"{n}.safetensors")
        save({f"a.{'x' * n}": np.zeros(LONG, np.uint8)}, tmp_path / f"zeros-{n}.safetensors")
    told = [inspect_file(path).sentence() for path in tmp_path.iterdir() if inspect_file(path).reasons]
    assert not told


@pytest.mark.parametrize("letter", "PSIVLFgpci")
def test_one_long_line_of_text_is_text(letter: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text(f"{letter}rose on one line. " * (LONG // 16) + "\n")
    report = inspect_file(tmp_path / "words.txt")
    assert (report.kind in (FileKind.TEXT, FileKind.CSV), report.reasons) == (True, ())


def test_an_archive_whose_first_member_is_stored_without_an_end_of_line_is_approved(tmp_path: Path) -> None:
    np.savez(tmp_path / "zeros.npz", x=np.zeros(LONG, np.uint8))
    assert not inspect_file(tmp_path / "zeros.npz").reasons
