"""Why bytes should not be opened, by what kind they are: the one place that knows which reader follows which kind."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from zipfile import BadZipFile

from bartizan.core.errors import UnsafeFileError

from .archives import packed_file, tar_file, zip_file
from .archives.polyglot import second_archive
from .boosters import lightgbm_file, xgboost_file
from .data import whole
from .item import DEPTH_LIMIT, Item, TooLarge
from .keras.file import hdf5_reasons
from .onnx.reasons import reasons as onnx_reasons
from .pickles.scan import reads_as_pickle, scan_stream
from .sniff import ZIPPED, FileKind, kind_of
from .texts import json_config, text_file
from .texts.text_file import PROGRAMS, TEXT_KINDS, TEXTS
from .verdict import Reason
from .weights import gguf_file
from .weights.npy_file import npy_reasons
from .weights.safetensors_file import header_of

_PACKED = frozenset({FileKind.GZIP, FileKind.ZLIB, FileKind.BZIP2, FileKind.XZ})
_WHOLE = frozenset({FileKind.IDX, FileKind.PARQUET, FileKind.PNG, FileKind.JPEG})


def judge(item: Item) -> Iterator[Reason]:
    """Why a file or a member of an archive is not approved. Whatever trips a reader counts against it."""
    if item.depth > DEPTH_LIMIT:
        yield Reason("limit", f"archives lie within each other more than {DEPTH_LIMIT} deep", 0, item.member)
        return
    try:
        kind = kind_of(item)
        yield from _by_name(item, kind)
        yield from _second_reading(item, kind)
        yield from _reasons(item, kind)
    except Exception as cause:
        yield tripped(cause, item.member)


def _by_name(item: Item, kind: FileKind) -> Iterator[Reason]:
    """What is run or rendered by its name, whatever its bytes are."""
    as_text = item.suffix == ".pth"  # a file of paths for Python, where it is not a checkpoint
    if item.suffix in PROGRAMS and kind is not FileKind.PROGRAM and (kind in TEXT_KINDS or not as_text):
        yield Reason("program", f"it is a program ({item.suffix})", 0, item.member)
    elif item.suffix in TEXTS and kind not in TEXT_KINDS:
        yield Reason("disguise", f"its name ends in {item.suffix} but its bytes are {kind}", 0, item.member)


def _second_reading(item: Item, kind: FileKind) -> Iterator[Reason]:
    if kind is not FileKind.PICKLE:
        with item.open() as stream:
            if reads_as_pickle(stream):
                yield Reason("two-readings", f"it is {kind}, and a pickle that looks up names as well", 0, item.member)
    if found := second_archive(item, kind):
        yield Reason("two-readings", f"it is {kind}, and {found}", 0, item.member)


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


def _reasons(item: Item, kind: FileKind) -> Iterator[Reason]:
    if kind in ZIPPED:
        yield from zip_file.reasons(item, kind, judge)
    elif kind in _PACKED:
        yield from packed_file.reasons(item, kind, judge)
    elif kind is FileKind.TAR:
        yield from tar_file.reasons(item, judge)
    elif kind in (FileKind.XGBOOST_JSON, FileKind.XGBOOST_UBJ):
        if kind is FileKind.XGBOOST_JSON:  # a loader of configurations takes it for one
            yield from json_config.reasons(item)
        else:
            yield from xgboost_file.reasons(item)
    elif kind is FileKind.LIGHTGBM:
        yield from lightgbm_file.reasons(item)
        yield from text_file.reasons(item)
    elif kind in _WHOLE:
        yield from whole.reasons(item, kind)
    else:
        yield from _CHECKS.get(kind, _not_known)(item)


def _pickle(item: Item) -> Iterator[Reason]:
    with item.open() as stream:
        yield from scan_stream(stream, member=item.member, files=True)


def _safetensors(item: Item) -> Iterator[Reason]:
    header_of(item)
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
    FileKind.PROGRAM: _program,
    FileKind.EMPTY: _empty,
}
