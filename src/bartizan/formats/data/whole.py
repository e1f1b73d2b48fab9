"""Tables, pictures and arrays of digits: whether the bytes are of their kind from the first to the last."""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Callable, Iterator

from bartizan.core.errors import UnsafeFileError
from bartizan.formats.item import Item
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason

_IDX_WIDTHS = {8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers without a length
_PARTS = 1 << 20
_FOOTER = 64 << 20
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{32,}={0,2}")
_PICKLED = b"arrow.py_extension_type"


def reasons(item: Item, kind: FileKind) -> Iterator[Reason]:
    """Why it is not what its first bytes say. Whatever follows its end counts."""
    try:
        end = _ENDS[kind](item)
    except (UnsafeFileError, struct.error, IndexError, KeyError) as cause:
        said = str(cause) if isinstance(cause, UnsafeFileError) else "it is cut off"
        yield Reason("lies", f"it begins as {kind} and does not go on as one: {said}", 0, item.member)
        return
    if end != item.size:
        yield Reason("trailing", f"{item.size - end:,} bytes follow its end as {kind}", end, item.member)
    if kind is FileKind.PARQUET:
        yield from _pickled_types(item)


def _pickled_types(item: Item) -> Iterator[Reason]:
    """Types of columns that pyarrow before 14 unpickles when it reads the table; its schema lies in the footer."""
    with item.open() as stream:
        stream.seek(item.size - 8)
        length = struct.unpack("<I", stream.read(4))[0]
        if length > _FOOTER:
            yield Reason("limit", f"a footer of {length:,} bytes is not followed", item.size - 8, item.member)
            return
        stream.seek(item.size - 8 - length)
        footer = stream.read(length)
    schemas = [base64.b64decode(run[: len(run) // 4 * 4]) for run in _BASE64.findall(footer)]
    if any(_PICKLED in part for part in (footer, *schemas)):
        said = "the type of a column is a pickle to pyarrow before 14 (arrow.py_extension_type)"
        yield Reason("custom-code", said, item.size - 8 - length, item.member)


def _idx(item: Item) -> int:
    first = item.head(4 + 4 * 255)
    sizes = struct.unpack_from(f">{first[3]}I", first, 4)
    end: int = 4 + 4 * first[3] + math.prod(sizes) * _IDX_WIDTHS[first[2]]
    if end > item.size:
        raise UnsafeFileError(f"it promises {end:,} bytes and has {item.size:,}")
    return end


def _parquet(item: Item) -> int:
    with item.open() as stream:
        stream.seek(max(0, item.size - 8))
        tail = stream.read(8)
    if tail[4:] != b"PAR1" or not 0 < struct.unpack_from("<I", tail)[0] <= item.size - 12:
        raise UnsafeFileError("its footer is not there")
    return item.size


def _png(item: Item) -> int:
    with item.open() as stream:
        at = len(stream.read(8))
        for _ in range(_PARTS):
            length, kind = struct.unpack(">I4s", stream.read(8))
            at += 12 + length
            stream.seek(at)
            if kind == b"IEND" or at > item.size:
                break
    if kind != b"IEND" or at > item.size:
        raise UnsafeFileError("it has no end")
    return at


def _jpeg(item: Item) -> int:
    raw = item.whole()
    at = 2
    while raw[at + 1] != 0xDA:  # the picture itself begins
        if raw[at] != 0xFF:
            raise UnsafeFileError(f"no part begins at byte {at:,}")
        at += 2 if raw[at + 1] in _BARE else 2 + struct.unpack_from(">H", raw, at + 2)[0]
    end = raw.find(b"\xff\xd9", at)
    if end < 0:
        raise UnsafeFileError("it has no end")
    return end + 2


_ENDS: dict[FileKind, Callable[[Item], int]] = {
    FileKind.IDX: _idx,
    FileKind.PARQUET: _parquet,
    FileKind.PNG: _png,
    FileKind.JPEG: _jpeg,
}
