"""The IDX format of MNIST, plain or gzipped. Format: http://yann.lecun.com/exdb/mnist/ (two zero bytes, type, rank)."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError
from bartizan.formats.bounded import MEMORY_LIMIT, regular_file

_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_idx(path: Path, *, limit: int = MEMORY_LIMIT) -> NDArray[Any]:
    """The array of an IDX file. Raises `DataError` when header and length do not agree."""
    regular_file(path, "idx", DataError)
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        try:
            if not packed:
                return _array(plain, path, limit)
            with gzip.GzipFile(fileobj=plain) as stream:
                return _array(cast(BinaryIO, stream), path, limit)
        except (OSError, EOFError, zlib.error) as cause:
            raise DataError(f"{path} cannot be unpacked: {cause}") from cause


def _array(stream: BinaryIO, path: Path, limit: int) -> NDArray[Any]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= 8:
        raise DataError(f"{path} is not an IDX file (plain or gzipped)")
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError(f"{path} is cut off in its header")
    shape = struct.unpack(f">{magic[3]}I", sizes)
    dtype = np.dtype(_TYPES[magic[2]])
    promised = math.prod(shape) * dtype.itemsize
    if promised > limit:
        raise DataError(f"{path} promises {promised:,} bytes, more than the {limit:,} allowed")
    raw = stream.read(promised + 1)
    if len(raw) != promised:
        held = f"only {len(raw):,}" if len(raw) < promised else "more"
        raise DataError(f"{path} promises {promised:,} bytes of shape {shape} but holds {held}")
    return np.frombuffer(raw, dtype).reshape(shape)
