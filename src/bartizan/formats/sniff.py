"""Tell what a file is from its bytes, never from its name, and without opening it with a loader."""

from __future__ import annotations

import re
import struct
import zipfile
from enum import StrEnum
from pathlib import Path

from .bounded import head
from .onnx_wire import looks_like_onnx
from .pickle_scan import is_pickle

_HEAD = 1 << 16


class FileKind(StrEnum):
    """What a file can be. `unknown` is never opened."""

    SAFETENSORS = "safetensors"
    NPY = "npy"
    NPZ = "npz"
    TORCH = "torch"  # a zip with a pickle and its tensors
    TORCHSCRIPT = "torchscript"
    TORCH_EXPORT = "torch_export"
    ONNX = "onnx"
    PICKLE = "pickle"
    SKOPS = "skops"
    LIGHTGBM = "lightgbm"
    XGBOOST_JSON = "xgboost_json"
    XGBOOST_UBJ = "xgboost_ubj"
    JSON = "json"
    IDX = "idx"
    GZIP = "gzip"
    ZLIB = "zlib"  # what older joblib writes when it compresses
    ZIP = "zip"
    PARQUET = "parquet"
    CSV = "csv"
    PNG = "png"
    JPEG = "jpeg"
    HDF5 = "hdf5"
    EMPTY = "empty"
    UNKNOWN = "unknown"


_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x93NUMPY", FileKind.NPY),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"PAR1", FileKind.PARQUET),
    (b"\x1f\x8b", FileKind.GZIP),
    (b"\x89HDF\r\n\x1a\n", FileKind.HDF5),
)


def sniff(path: Path) -> FileKind:
    """The kind of a regular file. Reads at most its first 64 KiB and, of a zip archive, the directory."""
    first = head(path, _HEAD)
    if not first:
        return FileKind.EMPTY
    if first.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    for magic, kind in _MAGIC:
        if first.startswith(magic):
            return kind
    return _by_structure(first, path.stat().st_size)


def _by_structure(first: bytes, size: int) -> FileKind:
    if _is_safetensors(first, size):
        return FileKind.SAFETENSORS
    if first[:2] == b"\x00\x00" and len(first) > 3 and first[2] in (8, 9, 11, 12, 13, 14) and 1 <= first[3] <= 8:
        return FileKind.IDX
    if first.startswith((b"{L", b"{l", b"{i", b"{U")) and b"learner" in first[:64]:
        return FileKind.XGBOOST_UBJ
    if looks_like_onnx(first, size):
        return FileKind.ONNX
    if is_pickle(first):
        return FileKind.PICKLE
    if first[:1] == b"\x78" and len(first) > 1 and (first[0] * 256 + first[1]) % 31 == 0 and first[1] != 0x20:
        return FileKind.ZLIB
    return _text_kind(first)


def _is_safetensors(first: bytes, size: int) -> bool:
    if len(first) < 10 or first[8:9] != b"{":
        return False
    (length,) = struct.unpack("<Q", first[:8])
    return bool(2 <= length <= size - 8)


def _text_kind(first: bytes) -> FileKind:
    try:
        text = first.decode("utf-8", errors="strict" if len(first) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return FileKind.UNKNOWN
    if re.match(r"tree\r?\nversion=", text):
        return FileKind.LIGHTGBM
    if text.lstrip()[:1] == "{":
        return FileKind.XGBOOST_JSON if '"learner"' in text else FileKind.JSON
    lines = text.splitlines()[:5]
    counts = {max((line.count(s) for s in ",;\t"), default=0) for line in lines if line}
    return FileKind.CSV if "\x00" not in text and counts and min(counts) >= 1 else FileKind.UNKNOWN


def _zip_kind(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return FileKind.ZIP
    inner = {n.split("/", 1)[-1] for n in names}
    if "schema.json" in names:
        return FileKind.SKOPS
    if "constants.pkl" in inner or any(n.startswith("code/") for n in inner):
        return FileKind.TORCHSCRIPT
    if "archive_format" in inner or "serialized_exported_program.json" in inner | set(names):
        return FileKind.TORCH_EXPORT
    if "data.pkl" in inner:
        return FileKind.TORCH
    if names and all(n.endswith(".npy") for n in names):
        return FileKind.NPZ
    return FileKind.ZIP
