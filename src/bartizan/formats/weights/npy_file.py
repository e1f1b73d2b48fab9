"""NumPy array files and archives of them. An array of objects is a pickle, and is followed as one."""

from __future__ import annotations

import ast
import math
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.format import descr_to_dtype

from bartizan.core.errors import UnsafeFileError
from bartizan.formats.item import Item
from bartizan.formats.pickles.scan import scan_stream
from bartizan.formats.verdict import Reason

MAGIC = b"\x93NUMPY"
HEADER_LIMIT = 1 << 16


def fields(raw: bytes, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """(dtype, shape, Fortran order, offset of the numbers) of an .npy file's beginning. Raises `UnsafeFileError`."""
    wide = raw[6:7] in (b"\x02", b"\x03")
    start = 12 if wide else 10
    if raw[:6] != MAGIC or len(raw) < start:
        raise UnsafeFileError(f"{name} is not a NumPy array")
    (length,) = struct.unpack("<I" if wide else "<H", raw[8:start])
    if length > HEADER_LIMIT or start + length > len(raw):
        raise UnsafeFileError(f"{name} has a header of {length:,} bytes, more than there is or than is allowed")
    try:
        told = ast.literal_eval(raw[start : start + length].decode("latin1"))
        dtype, shape = descr_to_dtype(told["descr"]), tuple(int(n) for n in told["shape"])
        fortran = bool(told["fortran_order"])
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError, RecursionError) as cause:
        raise UnsafeFileError(f"{name} has a header that is not that of a NumPy array") from cause
    if any(n < 0 for n in shape):
        raise UnsafeFileError(f"{name} has a negative size in its shape {shape}")
    return dtype, shape, fortran, start + length


def npy_reasons(item: Item) -> Iterator[Reason]:
    """Why an array file should not be opened with objects allowed."""
    dtype, shape, _, start = fields(item.head(HEADER_LIMIT + 12), item.name)
    if dtype.hasobject:
        with item.open() as stream:
            stream.read(start)
            for r in scan_stream(stream, member=item.member):
                yield Reason(r.rule, f"in its array of objects, {r.text}", r.offset + start, r.member)
        return
    there, promised = item.size - start, math.prod(shape) * dtype.itemsize
    if there != promised:
        text = f"it promises an array of {promised:,} bytes but holds {there:,}"
        yield Reason("lies" if there < promised else "trailing", text, start, item.member)


def npz_reasons(item: Item, archive: zipfile.ZipFile) -> Iterator[Reason]:
    """Why an archive of arrays should not be opened with objects allowed."""
    for info in archive.infolist():
        inner = item.within(info.filename, info.file_size, lambda info=info: archive.open(info))  # type: ignore[misc]
        if inner.head(6) != MAGIC:
            yield Reason("lies", "it is called an array and is none", 0, inner.member)
        else:
            yield from npy_reasons(inner)
