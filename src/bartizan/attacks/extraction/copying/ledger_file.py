"""The ledger on disk: a head and a series of records, each with its checksum, only ever appended to.

    MAGIC · length · head (JSON) · checksum · record · record · …
    record: kind (Q or A) · rows · time · checksum · rows × width float32 · checksum

Q says which inputs are about to be sent, A what came back for the Q before it. Numbers are little-endian; nothing in
the file can be run. A file that ends within a record was cut off while it was written; a checksum that is wrong
anywhere but there means that the file is damaged.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import DataError

MAGIC = b"BZLEDGR1"
_COUNT, _HEAD = struct.Struct("<I"), struct.Struct("<cId")
_LONGEST_HEAD = 1 << 16


@dataclass(frozen=True)
class Record:
    """`rows` (n×width) that were sent (Q) or came back (A) at `time`, in seconds since 1970."""

    kind: bytes
    time: float
    rows: NDArray[np.float32]


@dataclass(frozen=True)
class Contents:
    """What a file holds. whole: bytes up to the end of the last complete record; torn: bytes after that."""

    head: dict[str, Any]
    records: list[Record]
    whole: int
    torn: int


def write_head(path: Path, head: dict[str, Any]) -> None:
    """Begin a ledger. Raises `DataError` where there is a file already."""
    text = json.dumps(head, sort_keys=True).encode()
    try:
        with path.open("xb") as file:
            file.write(MAGIC + _COUNT.pack(len(text)) + text + _COUNT.pack(zlib.crc32(text)))
    except FileExistsError as error:
        raise DataError(f"{path} exists already; open it to go on with it, or name another file") from error
    except OSError as error:
        raise DataError(f"the ledger {path} cannot be written: {error.strerror}") from error


def append(path: Path, kind: bytes, time: float, rows: Array) -> None:
    """Add one record, and do not return before it is on the disk."""
    head, body = _HEAD.pack(kind, len(rows), time), np.ascontiguousarray(rows, "<f4").tobytes()
    with path.open("ab") as file:
        file.write(_with_checksum(head) + _with_checksum(body))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Contents:
    """Everything in the file, up to the place where it was cut off. Raises `DataError` in one sentence."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _read(file, size, path)
    except OSError as error:
        raise DataError(f"the ledger {path} cannot be read: {error.strerror}") from error


def _with_checksum(part: bytes) -> bytes:
    return part + _COUNT.pack(zlib.crc32(part))


def cut(path: Path, length: int) -> None:
    """Take away what comes after the first `length` bytes."""
    os.truncate(path, length)


def _read(file: BinaryIO, size: int, path: Path) -> Contents:
    head = _read_head(file, path)
    widths = {b"Q": int(np.prod(head["input_shape"])), b"A": int(head["width"])}
    records: list[Record] = []
    while True:
        start = file.tell()
        record = _read_record(file, size, widths)
        if record is None:
            return Contents(head, records, start, size - start)
        if isinstance(record, str):
            raise DataError(
                f"the ledger {path} is damaged: record {len(records) + 1} (at byte {start}) {record}; restore the "
                f"file from a copy, or cut it to {start} bytes to keep what lies before"
            )
        records.append(record)


def _read_head(file: BinaryIO, path: Path) -> dict[str, Any]:
    """Raises `DataError` unless the file begins as a ledger does."""
    start = file.read(len(MAGIC) + _COUNT.size)
    length = _COUNT.unpack(start[-_COUNT.size :])[0] if len(start) == len(MAGIC) + _COUNT.size else _LONGEST_HEAD + 1
    text = file.read(length) if start[: len(MAGIC)] == MAGIC and length <= _LONGEST_HEAD else b""
    told = file.read(_COUNT.size)
    if len(told) < _COUNT.size or _COUNT.unpack(told)[0] != zlib.crc32(text) or not text:
        raise DataError(f"{path} is not a ledger of queries, or was cut off before the first; name another file")
    head = json.loads(text)
    if not isinstance(head, dict) or not {"input_shape", "width", "access"} <= set(head):
        raise DataError(f"{path} is a ledger without input_shape, width and access in its head; name another file")
    return head


def _read_record(file: BinaryIO, size: int, widths: dict[bytes, int]) -> Record | str | None:
    """The next record; None where the file ends, within it or before it; or what is wrong with it."""
    head = file.read(_HEAD.size + _COUNT.size)
    if len(head) < _HEAD.size + _COUNT.size:
        return None
    kind, n, time = _HEAD.unpack(head[: _HEAD.size])
    if head != _with_checksum(head[: _HEAD.size]) or kind not in widths:
        return "does not begin with the checksum that was written with it"
    end = file.tell() + 4 * n * widths[kind] + _COUNT.size
    if end > size:
        return None
    body = file.read(4 * n * widths[kind])
    if body + file.read(_COUNT.size) != _with_checksum(body):
        return "does not have the checksum that was written with it" if end < size else None
    return Record(kind, time, np.frombuffer(body, "<f4").reshape(n, widths[kind]))
