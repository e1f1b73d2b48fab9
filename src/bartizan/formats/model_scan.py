"""Whether a file may be opened at all: one report a file, fail-closed, nothing ever run.

A file is approved when its kind is known, its bytes agree with that kind from end to end, and everything in it that an
opener would execute is on a short list of harmless things. A known way to run code, to hide, to reach out or to swell
makes it malicious. Whatever else is not approved needs review.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bartizan.core.errors import UnsafeFileError

from .item import Item, file_item
from .judge import judge, tripped
from .printable import printable
from .sniff import FileKind, kind_of
from .verdict import Reason, Verdict, verdict_of
from .weights.safetensors_file import header_of

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
        return FileReport(path, FileKind.UNKNOWN, (tripped(cause, ""),))
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


def _disguise(item: Item, kind: FileKind) -> Iterator[Reason]:
    expected = _SUFFIXES.get(item.suffix)
    if item.suffix == ".safetensors" and kind is FileKind.UNKNOWN:
        try:
            header_of(item)
        except UnsafeFileError as cause:
            yield Reason("lies", str(cause))
    if expected and kind not in expected and kind is not FileKind.EMPTY:
        yield Reason("disguise", f"its name ends in {item.suffix} but its bytes are {kind}")
