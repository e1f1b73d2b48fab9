"""Why bytes should not be opened, by what kind they are: the one place that knows which reader follows which kind."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from zipfile import BadZipFile

from bartizan.core.errors import UnsafeFileError

from .archives import packed_file, tar_file, zip_file
from .boosters import lightgbm_file, xgboost_file
from .item import DEPTH_LIMIT, Item, TooLarge
from .keras.file import hdf5_reasons
from .onnx.reasons import reasons as onnx_reasons
from .pickles.scan import reads_as_pickle, scan_stream
from .sniff import FileKind, kind_of
from .texts import json_config, text_file
from .verdict import Reason
from .weights import gguf_file
from .weights.npy_file import npy_reasons
from .weights.safetensors_file import header_of

_ZIPPED = frozenset({"zip", "torch", "torchscript", "torch_export", "skops", "npz", "keras"})
_PACKED = frozenset({FileKind.GZIP, FileKind.ZLIB, FileKind.BZIP2, FileKind.XZ})
_HEAD = 1 << 16


def judge(item: Item) -> Iterator[Reason]:
    """Why a file or a member of an archive is not approved. Whatever trips a reader counts against it."""
    if item.depth > DEPTH_LIMIT:
        yield Reason("limit", f"archives lie within each other more than {DEPTH_LIMIT} deep", 0, item.member)
        return
    try:
        kind = kind_of(item)
        if kind is not FileKind.PICKLE and reads_as_pickle(item.head(_HEAD)):
            yield Reason("two-readings", f"it is {kind}, and a pickle that looks up names as well", 0, item.member)
        if str(kind) not in _ZIPPED and _ends_as_zip(item):
            yield Reason("two-readings", f"it is {kind}, and a zip archive lies behind it", 0, item.member)
        yield from _reasons(item, kind)
    except Exception as cause:
        yield tripped(cause, item.member)


def tripped(cause: Exception, member: str) -> Reason:
    """What a reader could not cope with, as a reason."""
    if isinstance(cause, UnsafeFileError):
        return Reason("lies", str(cause), 0, member)
    if isinstance(cause, TooLarge | MemoryError):
        return Reason("limit", str(cause) or "it takes more memory than is allowed", 0, member)
    if isinstance(cause, RecursionError):
        return Reason("limit", "it is nested too deeply to be followed", 0, member)
    if isinstance(cause, PermissionError):
        return Reason("unreadable", f"it cannot be read ({cause.strerror})", 0, member)
    if isinstance(cause, BadZipFile | EOFError | zlib.error | OSError | NotImplementedError):
        return Reason("broken", f"it cannot be read to its end ({str(cause)[:80]})", 0, member)
    return Reason("broken", f"it could not be followed to its end ({type(cause).__name__})", 0, member)


def _ends_as_zip(item: Item) -> bool:
    """Whether a zip archive's directory lies at the end, where readers of such archives look for it."""
    if item.path is None or item.size < 22:
        return False
    with item.open() as stream:
        stream.seek(max(0, item.size - _HEAD - 22))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    return 0 <= end <= len(tail) - 22 and b"PK\x01\x02" in tail[:end]


def _reasons(item: Item, kind: FileKind) -> Iterator[Reason]:
    if str(kind) in _ZIPPED:
        yield from zip_file.reasons(item, kind, judge)
    elif kind in _PACKED:
        yield from packed_file.reasons(item, kind, judge)
    elif kind is FileKind.TAR:
        yield from tar_file.reasons(item, judge)
    elif kind in (FileKind.XGBOOST_JSON, FileKind.XGBOOST_UBJ):
        yield from xgboost_file.reasons(item, kind)
    else:
        yield from _CHECKS.get(kind, _not_known)(item)


def _pickle(item: Item) -> Iterator[Reason]:
    with item.open() as stream:
        yield from scan_stream(stream, member=item.member)


def _safetensors(item: Item) -> Iterator[Reason]:
    header_of(item)
    return
    yield


def _harmless(item: Item) -> Iterator[Reason]:
    return
    yield


def _program(item: Item) -> Iterator[Reason]:
    yield Reason("program", "it is a program", 0, item.member)


def _empty(item: Item) -> Iterator[Reason]:
    if item.member:
        return
    yield Reason("broken", "it is empty", 0, item.member)


def _not_known(item: Item) -> Iterator[Reason]:
    yield Reason("unknown-kind", "it is of no kind that Bartizan can follow to its end", 0, item.member)


_CHECKS: dict[FileKind, Callable[[Item], Iterator[Reason]]] = {
    FileKind.SAFETENSORS: _safetensors,
    FileKind.NPY: npy_reasons,
    FileKind.ONNX: onnx_reasons,
    FileKind.PICKLE: _pickle,
    FileKind.HDF5: hdf5_reasons,
    FileKind.GGUF: gguf_file.reasons,
    FileKind.JSON: json_config.reasons,
    FileKind.TEXT: text_file.reasons,
    FileKind.CSV: text_file.reasons,
    FileKind.LIGHTGBM: lightgbm_file.reasons,
    FileKind.PROGRAM: _program,
    FileKind.EMPTY: _empty,
    FileKind.IDX: _harmless,
    FileKind.PARQUET: _harmless,
    FileKind.PNG: _harmless,
    FileKind.JPEG: _harmless,
}
