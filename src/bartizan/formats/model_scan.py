"""Whether a file may be opened at all: one report a file, fail-closed, nothing ever run.

A file passes when its kind is known, its bytes agree with that kind from end to end, and everything in it that an
opener would execute is on a short list of harmless things. What cannot be followed does not pass.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bartizan.core.errors import UnsafeFileError

from . import export_archive, onnx_wire, script_archive, skops_archive
from .bounded import MEMORY_LIMIT, checked_zip, head, member
from .npz import npy_header, npz_shapes
from .pickle_scan import PLAIN_GLOBALS, TORCH_GLOBALS, Reason, scan_pickle
from .safetensors_file import read_header
from .sniff import FileKind, sniff

_PICKLE_LIMIT = 1 << 30
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
}
_ZIPPED = (FileKind.ZIP, FileKind.TORCH, FileKind.TORCHSCRIPT, FileKind.TORCH_EXPORT, FileKind.SKOPS, FileKind.NPZ)
_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})


@dataclass(frozen=True)
class FileReport:
    """kind: what the bytes are. reasons: why the file does not pass; none means that it does."""

    path: Path
    kind: FileKind
    reasons: tuple[Reason, ...]

    @property
    def safe(self) -> bool:
        """Whether the file passes."""
        return not self.reasons

    def sentence(self) -> str:
        """Why it does not pass, in one sentence, or that it does."""
        if self.safe:
            return f"{self.path.name} ({self.kind}) holds nothing that would run when opened"
        first, more = self.reasons[0], len(self.reasons) - 1
        place = f"{first.member}, byte {first.offset}" if first.member else f"byte {first.offset}"
        return f"{self.path.name} ({self.kind}): {first.text} [{place}]" + (f", and {more} more" if more else "")


def inspect_file(path: Path) -> FileReport:
    """Inspect one file. Never raises on what is in it."""
    if not path.is_file():
        return FileReport(path, FileKind.UNKNOWN, (Reason("it is not there, or is not a regular file"),))
    kind = FileKind.UNKNOWN
    try:
        kind = sniff(path)
        reasons = [*_disguise(path, kind), *_CHECKS.get(kind, _not_known)(path)]
    except UnsafeFileError as refusal:
        reasons = [Reason(str(refusal))]
    except Exception as cause:  # hostile bytes: whatever trips a check counts against the file
        reasons = [Reason(f"it could not be followed to its end ({type(cause).__name__})")]
    return FileReport(path, kind, tuple(reasons))


def require_safe(path: Path, *kinds: FileKind) -> FileReport:
    """The report of a file of one of `kinds` that passes; else raises `UnsafeFileError` in one sentence."""
    report = inspect_file(path)
    if kinds and report.kind not in kinds:
        wanted = " or ".join(kinds)
        raise UnsafeFileError(f"{path} is not what the description says: {wanted} was expected, found {report.kind}")
    if not report.safe:
        raise UnsafeFileError(f"{path} is not opened: {report.sentence()}")
    return report


def _disguise(path: Path, kind: FileKind) -> Iterable[Reason]:
    expected = _SUFFIXES.get(path.suffix.lower())
    if expected and kind not in expected:
        yield Reason(f"its name ends in {path.suffix} but its bytes are {kind}")


def _safetensors(path: Path) -> Iterable[Reason]:
    read_header(path)
    return ()


def _npy(path: Path) -> Iterable[Reason]:
    with path.open("rb") as stream:
        npy_header(stream.read(1 << 17), path.name)
    return ()


def _npz(path: Path) -> Iterable[Reason]:
    npz_shapes(path)
    return ()


def _torch(path: Path) -> Iterable[Reason]:
    with checked_zip(path) as archive:
        for info in archive.infolist():
            inner = info.filename.split("/", 1)[-1]
            if inner == "data.pkl":
                raw = member(archive, info)
                report = scan_pickle(raw, allowed=TORCH_GLOBALS, member=info.filename)
                yield from report.reasons
                yield from _trailing(report.end, len(raw), info.filename)
            elif inner.endswith((".pkl", ".pickle", ".py", ".so")):
                yield Reason("a file that no plain checkpoint holds", 0, info.filename)


def _pickle(path: Path) -> Iterable[Reason]:
    if path.stat().st_size > _PICKLE_LIMIT:
        yield Reason(f"a pickle of more than {_PICKLE_LIMIT:,} bytes is not followed")
        return
    raw = path.read_bytes()
    report = scan_pickle(raw, allowed=PLAIN_GLOBALS)
    yield from report.reasons
    yield from _trailing(report.end, len(raw), "")


def _trailing(end: int, size: int, name: str) -> Iterable[Reason]:
    if end != size:
        yield Reason(f"{size - end:,} bytes follow the end of the pickle and were not followed", end, name)


def _onnx(path: Path) -> Iterable[Reason]:
    found = onnx_wire.outline(path.read_bytes())
    if not found.has_graph:
        yield Reason("it holds no graph")
    for operator in sorted(found.operators):
        domain = operator.partition("::")[0]
        if domain not in _DOMAINS:
            yield Reason(f"the operator {operator} needs native code that is not part of ONNX")
    for location, offset in found.external:
        beside = path.parent / location
        if not onnx_wire.inside_folder(location):
            yield Reason(f"it reads data from outside its folder: {location}", offset)
        elif not beside.is_file() or beside.is_symlink():
            yield Reason(f"the data it keeps in {location} is not there as a regular file", offset)
        elif _is_no_array(beside):
            yield Reason(f"the file {location}, named as its weights, is of the kind {sniff(beside)}", offset)


def _is_no_array(path: Path) -> bool:
    """Whether a file of raw weights is an archive, or a pickle that looks names up: numbers look like neither."""
    kind = sniff(path)
    if kind is FileKind.PICKLE:
        return any(name.isascii() and name.isprintable() for name in scan_pickle(head(path, 1 << 20)).globals)
    return kind in _ZIPPED


def _gzip(path: Path) -> Iterable[Reason]:
    try:
        with gzip.open(path) as stream:
            first = stream.read(4)
    except (OSError, EOFError, zlib.error):
        first = b""
    if first[:2] != b"\x00\x00":
        yield Reason("what is packed in it is not an IDX array; unpack it first")


def _json(path: Path) -> Iterable[Reason]:
    if path.stat().st_size > MEMORY_LIMIT // 8:
        yield Reason("a JSON text this large is not followed")
    else:
        json.loads(path.read_bytes())


def _zipped(check: Callable[..., Iterable[Reason]]) -> Callable[[Path], Iterable[Reason]]:
    def run(path: Path) -> Iterable[Reason]:
        with checked_zip(path) as archive:
            yield from check(archive)

    return run


def _harmless(path: Path) -> Iterable[Reason]:
    return ()


def _not_known(path: Path) -> Iterable[Reason]:
    yield Reason("it is of no kind that Bartizan can follow to its end")


_CHECKS: dict[FileKind, Callable[[Path], Iterable[Reason]]] = {
    FileKind.SAFETENSORS: _safetensors,
    FileKind.NPY: _npy,
    FileKind.NPZ: _npz,
    FileKind.TORCH: _torch,
    FileKind.TORCHSCRIPT: _zipped(script_archive.reasons),
    FileKind.TORCH_EXPORT: _zipped(export_archive.reasons),
    FileKind.SKOPS: _zipped(skops_archive.reasons),
    FileKind.ONNX: _onnx,
    FileKind.PICKLE: _pickle,
    FileKind.GZIP: _gzip,
    FileKind.JSON: _json,
    FileKind.XGBOOST_JSON: _json,
    FileKind.XGBOOST_UBJ: _harmless,
    FileKind.LIGHTGBM: _harmless,
    FileKind.IDX: _harmless,
    FileKind.CSV: _harmless,
    FileKind.PARQUET: _harmless,
    FileKind.PNG: _harmless,
    FileKind.JPEG: _harmless,
}
