"""Tell what a file is from its bytes, never from its name, and without opening it with a loader."""

from __future__ import annotations

import re
import struct
import tarfile
import zipfile
from enum import StrEnum
from pathlib import Path

from .item import Item, file_item
from .onnx.wire import looks_like_onnx
from .pickles.scan import is_pickle

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
    KERAS = "keras"
    GGUF = "gguf"
    TAR = "tar"
    BZIP2 = "bzip2"
    XZ = "xz"
    PROGRAM = "program"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


ZIPPED = frozenset({
    FileKind.ZIP, FileKind.TORCH, FileKind.TORCHSCRIPT, FileKind.TORCH_EXPORT, FileKind.SKOPS, FileKind.NPZ,
    FileKind.KERAS,
})  # fmt: skip
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x93NUMPY", FileKind.NPY),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"PAR1", FileKind.PARQUET),
    (b"\x1f\x8b", FileKind.GZIP),
    (b"\x89HDF\r\n\x1a\n", FileKind.HDF5),
    (b"GGUF", FileKind.GGUF),
    (b"BZh", FileKind.BZIP2),
    (b"\xfd7zXZ\x00", FileKind.XZ),
    (b"\x5d\x00\x00", FileKind.XZ),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"MZ", FileKind.PROGRAM),
    (b"#!", FileKind.PROGRAM),
)
HDF5 = b"\x89HDF\r\n\x1a\n"
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(path: Path) -> FileKind:
    """The kind of a regular file. Reads at most its first 64 KiB and, of a zip archive, the directory."""
    return kind_of(file_item(path))


def kind_of(item: Item) -> FileKind:
    """The kind of a file or of a member of an archive."""
    first = item.head(_HEAD)
    if not first:
        return FileKind.EMPTY
    if first.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(item)
    for magic, kind in _MAGIC:
        if first.startswith(magic):
            return kind
    return _by_structure(first, item)


def _by_structure(first: bytes, item: Item) -> FileKind:
    size = item.size
    if _is_safetensors(first, size):
        return FileKind.SAFETENSORS
    if first[:2] == b"\x00\x00" and len(first) > 3 and first[2] in (8, 9, 11, 12, 13, 14) and 1 <= first[3] <= 8:
        return FileKind.IDX
    if first.startswith((b"{L", b"{l", b"{i", b"{U")) and b"learner" in first[:64]:
        return FileKind.XGBOOST_UBJ
    if looks_like_onnx(first, size):
        return FileKind.ONNX
    if is_tar(first):
        return FileKind.TAR
    with item.open() as stream:
        if is_pickle(stream):
            return FileKind.PICKLE
    if first[:1] == b"\x78" and len(first) > 1 and (first[0] * 256 + first[1]) % 31 == 0 and first[1] != 0x20:
        return FileKind.ZLIB
    if any(first.startswith(HDF5, 512 << n) for n in range(7)):  # behind a block of the user's own
        return FileKind.HDF5
    return _text_kind(first)


def is_tar(first: bytes) -> bool:
    """Whether the first block adds up as the header of a tar archive does, in either of the sums that are in use."""
    try:
        tarfile.TarInfo.frombuf(first[:512], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def _is_safetensors(first: bytes, size: int) -> bool:
    if len(first) < 10 or first[8:9] != b"{":
        return False
    (length,) = struct.unpack("<Q", first[:8])
    return bool(2 <= length <= size - 8)


def _text_kind(first: bytes) -> FileKind:
    try:
        text = first.decode("utf-8-sig", errors="strict" if len(first) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return FileKind.UNKNOWN
    if re.match(r"tree\r?\n", text):  # LightGBM asks for no more in this place
        return FileKind.LIGHTGBM
    if _TEXT_CONTROLS.search(text):
        return FileKind.UNKNOWN
    if text.lstrip()[:1] == "{" and not text.lstrip().startswith(("{%", "{{", "{#")):
        return FileKind.XGBOOST_JSON if '"learner"' in text else FileKind.JSON
    if text.lstrip()[:1] == "[" and re.match(r'\s*\[\s*[\[{"\d\-\]]', text):
        return FileKind.JSON
    lines = text.splitlines()[:5]
    counts = {max((line.count(s) for s in ",;\t"), default=0) for line in lines if line}
    return FileKind.CSV if counts and min(counts) >= 1 else FileKind.TEXT


def _zip_kind(item: Item) -> FileKind:
    try:
        with item.open() as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return FileKind.ZIP
    inner = {n.split("/", 1)[-1] for n in names}
    if "schema.json" in names:
        return FileKind.SKOPS
    if {"config.json", "metadata.json"} <= set(names):
        return FileKind.KERAS
    if "constants.pkl" in inner or any(n.startswith("code/") for n in inner):
        return FileKind.TORCHSCRIPT
    if "archive_format" in inner or "serialized_exported_program.json" in inner | set(names):
        return FileKind.TORCH_EXPORT
    if "data.pkl" in inner:
        return FileKind.TORCH
    if names and all(n.endswith(".npy") for n in names):
        return FileKind.NPZ
    return FileKind.ZIP
