"""What a TorchScript archive would do. Its pickles are read by torch's own C++ reader, which knows only the archive's
own classes; its code cannot reach Python, but a few of torch's operators can reach the disk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator

from bartizan.formats.bounded import member
from bartizan.formats.item import Item
from bartizan.formats.pickles.scan import scan_pickle
from bartizan.formats.verdict import Reason

from .saved import member_item

# Of the classes that torch itself brings along, those that hold packed weights; others open connections and files.
_OWN = re.compile(
    r"__torch__(?!\.torch\.classes\b)(?:\.\w+)* \w+|__torch__\.torch\.classes\.(?:quantized|sparse|xnnpack|mkldnn) \w+"
    r"|torch\.jit\._pickle \w+"
)
_PLAIN = re.compile(
    r"(?:data|constants)/\d+|version|byteorder|\.format_version|\.storage_alignment|\.data/serialization_id|code/.*\.debug_pkl"
)
_KEPT = ("data.pkl", "constants.pkl", "traced_inputs.pkl")
_QUOTED = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#.*")
_BLANK = rb"(?:\s|\\\n)*"  # allowed around a dot
_REACH = rb"(from_file|save|load|open|write|warn_file|manual_seed_file)\b"
_DISK = re.compile(rb"(\w*)" + _BLANK + rb"\." + _BLANK + _REACH)
_FOREIGN = re.compile(rb"\bops\.(?!aten\.|prim\.|prims\.|quantized\.)\w+\.\w+")
# What torch never writes: its names with blanks behind them, under another name, or in longer quotes.
_ODD = re.compile(rb"(?<![\w.])(?:ops|torch)\b(?!\.\w)")
_LONG = re.compile(rb"\"\"\"|'''")


def reasons(item: Item, archive: zipfile.ZipFile, judge: Callable[[Item], Iterator[Reason]]) -> Iterator[Reason]:
    """Why the archive should not be opened."""
    for info in archive.infolist():
        inner = info.filename.split("/", 1)[-1]
        if inner in _KEPT:
            yield from _foreign_names(archive, info)
        elif inner.startswith("code/") and inner.endswith(".py"):
            yield from _calls(member(archive, info), info.filename)
        elif inner.endswith((".pkl", ".pickle", ".so")):
            yield Reason("runs-code", "a file that no TorchScript archive holds", 0, info.filename)
        elif not (info.is_dir() or _PLAIN.fullmatch(inner)):
            yield from judge(member_item(item, archive, info))


def _foreign_names(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Reason]:
    yield from scan_pickle(member(archive, info), member=info.filename, own=_OWN).reasons


def _calls(source: bytes, name: str) -> Iterator[Reason]:
    bare = _QUOTED.sub(lambda m: b" " * len(m.group()), source)  # of one length, so that places stay true
    for found in (*_DISK.finditer(source), *_DISK.finditer(bare)):
        known = found[1] in (b"torch", b"aten", b"prim")
        said = (
            f"its code calls {b'.'.join(found.groups()).decode()}, which {'reaches' if known else 'may reach'} the disk"
        )
        yield Reason("escape" if known else "custom-code", said, found.start(), name)
    for found in (*_FOREIGN.finditer(source), *_ODD.finditer(bare), *_LONG.finditer(source)):
        said = f"its code uses {found.group().decode()}, which is not an operator of torch as torch writes it"
        yield Reason("custom-code", said, found.start(), name)
