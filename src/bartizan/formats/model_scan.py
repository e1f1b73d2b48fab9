"""Whether a file may be opened at all: one report a file, fail-closed, nothing ever run.

A file is approved when its kind is known, its bytes agree with that kind from end to end, and everything in it that an
opener would execute is on a short list of harmless things. A known way to run code, to hide, to reach out or to swell
makes it malicious. Whatever else is not approved needs review.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from bartizan.core.errors import UnsafeFileError

from . import (
    gguf_file,
    json_config,
    keras_file,
    lightgbm_file,
    onnx_reasons,
    packed_file,
    tar_file,
    text_file,
    xgboost_file,
    zip_file,
)
from .item import DEPTH_LIMIT, Item, TooLarge, file_item
from .npy_file import npy_reasons
from .pickle_scan import reads_as_pickle, scan_stream
from .printable import printable
from .safetensors_file import header_of
from .sniff import FileKind, kind_of
from .verdict import Reason, Verdict, verdict_of

_SUFFIXES: dict[str, tuple[FileKind, ...]] = {
    ".safetensors": (FileKind.SAFETENSORS,),
    ".onnx": (FileKind.ONNX,),
    ".npz": (FileKind.NPZ,),
    ".npy": (FileKind.NPY,),
    ".skops": (FileKind.SKOPS,),
    ".ubj": (FileKind.XGBOOST_UBJ,),
    ".json": (FileKind.JSON, FileKind.XGBOOST_JSON),
    ".pt2": (FileKind.TORCH_EXPORT,),
    ".parquet": (FileKind.PARQUET,),
    ".png": (FileKind.PNG,),
    ".jpg": (FileKind.JPEG,),
    ".jpeg": (FileKind.JPEG,),
    ".gz": (FileKind.GZIP,),
    ".tgz": (FileKind.GZIP,),
    ".gguf": (FileKind.GGUF,),
    ".keras": (FileKind.KERAS, FileKind.HDF5),
    ".h5": (FileKind.HDF5,),
    ".hdf5": (FileKind.HDF5,),
    ".tar": (FileKind.TAR,),
    ".zip": (FileKind.ZIP, FileKind.NPZ, FileKind.TORCH, FileKind.TORCHSCRIPT, FileKind.KERAS),
}
_PICKLED = {FileKind.PICKLE, FileKind.GZIP, FileKind.ZLIB, FileKind.BZIP2, FileKind.XZ}
_SUFFIXES |= dict.fromkeys((".pkl", ".pickle", ".joblib"), (*_PICKLED, FileKind.TORCH, FileKind.NPY))
_SUFFIXES |= dict.fromkeys(
    (".pt", ".pth", ".ckpt"),
    (FileKind.TORCH, FileKind.TORCHSCRIPT, FileKind.TORCH_EXPORT, FileKind.PICKLE, FileKind.TAR),
)
_ZIPPED = frozenset({"zip", "torch", "torchscript", "torch_export", "skops", "npz", "keras"})
_PACKED = frozenset({FileKind.GZIP, FileKind.ZLIB, FileKind.BZIP2, FileKind.XZ})
_HEAD = 1 << 16
_REASONS_LIMIT = 32


@dataclass(frozen=True)
class FileReport:
    """kind: what the bytes are. reasons: why the file is not approved, the gravest first; none means that it is."""

    path: Path
    kind: FileKind
    reasons: tuple[Reason, ...]

    @property
    def verdict(self) -> Verdict:
        """Approved, needs review, or malicious."""
        return verdict_of(self.reasons)

    @property
    def safe(self) -> bool:
        """Whether the file is approved."""
        return not self.reasons

    def sentence(self) -> str:
        """Why it is not approved, in one sentence, or that it is."""
        name = printable(self.path.name)
        if self.safe:
            return f"{name} ({self.kind}) holds nothing that would run when opened"
        first, more = self.reasons[0], len(self.reasons) - 1
        place = f"{printable(first.member)}, byte {first.offset}" if first.member else f"byte {first.offset}"
        return f"{name} ({self.kind}): {first.text} [{place}]" + (f", and {more} more" if more else "")


def inspect_file(path: Path) -> FileReport:
    """Inspect one file. Never raises on what is in it."""
    if not path.is_file():
        return FileReport(path, FileKind.UNKNOWN, (Reason("unreadable", "it is not there, or is not a regular file"),))
    try:
        item = file_item(path)
        kind = kind_of(item)
    except OSError as cause:
        return FileReport(path, FileKind.UNKNOWN, (Reason("unreadable", f"it cannot be read ({cause.strerror})"),))
    except Exception as cause:
        return FileReport(path, FileKind.UNKNOWN, (_tripped(cause, ""),))
    found = dict.fromkeys((*_disguise(item, kind), *judge(item)))
    grave = sorted(found, key=lambda r: r.verdict is not Verdict.MALICIOUS)
    return FileReport(path, kind, tuple(grave[:_REASONS_LIMIT]))


def require_safe(path: Path, *kinds: FileKind) -> FileReport:
    """The report of a file of one of `kinds` that is approved; else raises `UnsafeFileError` in one sentence."""
    report = inspect_file(path)
    if kinds and report.kind not in kinds:
        wanted = " or ".join(kinds)
        raise UnsafeFileError(f"{path} is not what the description says: {wanted} was expected, found {report.kind}")
    if not report.safe:
        raise UnsafeFileError(f"{path} is not opened: {report.sentence()}")
    return report


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
        yield _tripped(cause, item.member)


def _tripped(cause: Exception, member: str) -> Reason:
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


def _disguise(item: Item, kind: FileKind) -> Iterator[Reason]:
    expected = _SUFFIXES.get(item.suffix)
    if expected and kind not in expected and kind is not FileKind.EMPTY:
        yield Reason("disguise", f"its name ends in {item.suffix} but its bytes are {kind}")


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
    FileKind.ONNX: onnx_reasons.reasons,
    FileKind.PICKLE: _pickle,
    FileKind.HDF5: keras_file.hdf5_reasons,
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
