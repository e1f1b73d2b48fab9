"""NumPy archives without object arrays: header and size of each array are checked before it is read."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError, UnsafeFileError
from bartizan.core.suggest import did_you_mean
from bartizan.formats.bounded import MEMORY_LIMIT, checked_zip, member, regular_file
from bartizan.formats.weights.npy_file import HEADER_LIMIT, fields

_PLAIN = "biufc"  # kinds of dtype that hold numbers and nothing else


def read_npz(path: Path, names: tuple[str, ...], *, limit: int = MEMORY_LIMIT) -> dict[str, NDArray[Any]]:
    """The named arrays of an .npz file. Raises `DataError` on a missing name, `UnsafeFileError` on anything but
    plain numbers of the promised size."""
    regular_file(path, "npz", DataError)
    with checked_zip(path, limit=limit) as archive:
        members = {m.filename.removesuffix(".npy"): m for m in archive.infolist()}
        for name in names:
            if name not in members:
                raise DataError(f"{path} has no array called {name!r}{did_you_mean(name, members)}")
        return {name: _array(archive, members[name]) for name in names}


def npz_shapes(path: Path) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    """Type and shape of every array of an .npz file, from the headers alone."""
    regular_file(path, "npz", DataError)
    with checked_zip(path) as archive:
        found = {}
        for m in archive.infolist():
            dtype, shape, _, _ = npy_header(member(archive, m, HEADER_LIMIT), m.filename)
            found[m.filename.removesuffix(".npy")] = (dtype, shape)
        return found


def npy_header(raw: bytes, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool, int]:
    """(dtype, shape, Fortran order, offset of the numbers) of an .npy file's beginning. Raises `UnsafeFileError`, also
    for an array of objects."""
    dtype, shape, fortran, start = fields(raw, name)
    if dtype.hasobject:
        raise UnsafeFileError(f"{name} holds Python objects (a pickle), not numbers; such arrays are not opened")
    return dtype, shape, fortran, start


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    dtype, shape, fortran, offset = npy_header(member(archive, info, HEADER_LIMIT + 12), info.filename)
    if dtype.kind not in _PLAIN:
        raise UnsafeFileError(f"{info.filename} holds {_called(dtype)}, not numbers; such arrays are not opened")
    promised = math.prod(shape) * dtype.itemsize
    if offset + promised != info.file_size:
        raise UnsafeFileError(
            f"{info.filename} promises an array of {promised:,} bytes but holds {info.file_size - offset:,}"
        )
    flat = np.frombuffer(member(archive, info), dtype, offset=offset)
    return flat.reshape(shape, order="F" if fortran else "C")


def _called(dtype: np.dtype[Any]) -> str:
    return {"U": "texts", "S": "byte strings", "V": "records"}.get(dtype.kind, f"values of type {dtype}")
