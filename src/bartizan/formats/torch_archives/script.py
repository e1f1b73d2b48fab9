"""What a TorchScript archive would do. Its pickles are read by torch's own C++ reader, which knows only the archive's
own classes; its code cannot reach Python, but a few of torch's operators can reach the disk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from bartizan.formats.bounded import member
from bartizan.formats.pickles.scan import scan_pickle
from bartizan.formats.verdict import Reason

_OWN = re.compile(r"__torch__\.[\w.]+ \w+|__torch__ \w+|torch\.jit\._pickle \w+")
_DISK = re.compile(rb"\b(?:torch|aten|prim)\.(?:from_file|save|load|open|write|warn_file|manual_seed_file)\b")
_FOREIGN = re.compile(rb"\bops\.(?!aten\b|prim\b|prims\b|quantized\b)\w+\.\w+")


def reasons(archive: zipfile.ZipFile) -> Iterator[Reason]:
    """Why the archive should not be opened."""
    for info in archive.infolist():
        inner = info.filename.split("/", 1)[-1]
        if inner in ("data.pkl", "constants.pkl", "traced_inputs.pkl"):
            yield from _foreign_names(archive, info)
        elif inner.startswith("code/") and inner.endswith(".py"):
            yield from _calls(member(archive, info), info.filename)
        elif inner.endswith((".pkl", ".pickle", ".so")):
            yield Reason("runs-code", "a file that no TorchScript archive holds", 0, info.filename)


def _foreign_names(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Reason]:
    yield from scan_pickle(member(archive, info), member=info.filename, own=_OWN).reasons


def _calls(source: bytes, name: str) -> Iterator[Reason]:
    for found in _DISK.finditer(source):
        yield Reason("escape", f"its code calls {found.group().decode()}, which reaches the disk", found.start(), name)
    for found in _FOREIGN.finditer(source):
        said = f"its code calls {found.group().decode()}, which is not an operator of torch"
        yield Reason("custom-code", said, found.start(), name)
