"""Why an ONNX model should not be opened: what it needs, what it reads, where it branches, and where it lies."""

from __future__ import annotations

import math
import mmap
from collections.abc import Iterator
from pathlib import Path

from bartizan.formats.item import Item
from bartizan.formats.pickles.scan import reads_as_pickle
from bartizan.formats.printable import printable
from bartizan.formats.verdict import Reason

from .flow import Found, branches, swells
from .model import Model, Tensor, all_nodes, all_tensors, read_model
from .operators import DOMAINS, NATIVE, NEWEST_IR, NEWEST_SET, OPERATORS, RUNTIME
from .wire import WireError, inside_folder

_WIDTHS = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2}
_WIDTHS |= {17: 1, 18: 1, 19: 1, 20: 1, 24: 1}
_AHEAD = 8  # versions beyond the newest known that an honest exporter may be ahead


def reasons(item: Item) -> Iterator[Reason]:
    """Why the model should not be opened. Files beside it are looked at where it is a file itself."""
    try:
        model = _model(item)
    except WireError as cause:
        yield Reason("broken", f"it cannot be followed as ONNX ({cause})", 0, item.member)
        return
    found = [*_frame(model), *_operators(model), *branches(model), *swells(model), *_tensors(model, item)]
    yield from (Reason(rule, text, offset, item.member) for rule, text, offset in dict.fromkeys(found))


def _model(item: Item) -> Model:
    if item.path is None:
        return read_model(item.whole())
    with item.path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        return read_model(raw)


def _frame(model: Model) -> Found:
    if not model.graphs:
        yield "lies", "it holds no graph", 0
    if len(model.graphs) > 1:
        yield "two-readings", "it holds more than one graph, which readers merge or choose from", 0
    if not 1 <= model.ir <= NEWEST_IR + _AHEAD:
        yield "lies", f"it is written for version {model.ir} of ONNX, which there is not", 0
    for domain, version in model.sets.items():
        if domain in ("", "ai.onnx") and not 1 <= version <= NEWEST_SET + _AHEAD:
            yield "lies", f"it is written for operator set {version}, which there is not", 0


def _operators(model: Model) -> Found:
    own = {(f.domain, f.name) for f in model.functions}
    for function in model.functions:
        shown = printable(f"{function.domain}::{function.name}")
        if function.domain in DOMAINS | RUNTIME:
            yield "two-readings", f"it gives the operator {shown} another meaning", function.offset
    for graph in (*model.graphs, *(f.body for f in model.functions)):
        for node in all_nodes(graph):
            shown = printable(f"{node.domain}::{node.op}")
            if (node.domain, node.op) in own or (node.domain in RUNTIME and node.op not in NATIVE):
                continue
            if node.domain not in DOMAINS:  # or built into ONNX Runtime, and carries compiled code or a name of some
                yield "custom-code", f"the operator {shown} needs native code that is not part of ONNX", node.offset
            elif node.op not in OPERATORS:
                yield "custom-code", f"the operator {shown} is none of ONNX's", node.offset


def _tensors(model: Model, item: Item) -> Found:
    for graph in (*model.graphs, *(f.body for f in model.functions)):
        for tensor in all_tensors(graph):
            shown = printable(tensor.name)
            size = math.prod(tensor.dims) * _WIDTHS.get(tensor.type, 0)
            if any(d < 0 for d in tensor.dims) or size >= 1 << 62:
                yield "lies", f"its tensor {shown} has the sizes {tensor.dims[:6]}, which none can have", tensor.offset
            elif tensor.raw is not None and tensor.type in _WIDTHS and tensor.raw != size:
                said = f"its tensor {shown} is {size:,} bytes by its sizes and {tensor.raw:,} in the file"
                yield "lies", said, tensor.offset
            if tensor.outside:
                yield from _outside(tensor, size, item)


def _outside(tensor: Tensor, size: int, item: Item) -> Found:
    location = tensor.outside.get("location", "")
    shown = printable(location)
    if not inside_folder(location) or "://" in location:
        yield "escape", f"it reads data from outside its folder: {shown}", tensor.offset
        return
    if item.path is None:
        return
    beside = item.path.parent / location
    if beside.is_symlink() or not _stays(beside, item.path.parent):
        yield "escape", f"the data it keeps in {shown} lie behind a link", tensor.offset
    elif not beside.is_file():
        yield "lies", f"the data it keeps in {shown} is not there as a regular file", tensor.offset
    else:
        yield from _numbers(beside, tensor, size, shown)


def _stays(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents


def _numbers(path: Path, tensor: Tensor, size: int, shown: str) -> Found:
    """Whether the numbers are there, and are no archive and no pickle that looks names up: numbers are neither."""
    start, length = (tensor.outside.get(k, "") or "0" for k in ("offset", "length"))
    if not (start.isdigit() and length.isdigit()) or len(start) + len(length) > 30:
        yield "lies", f"where its numbers lie in {shown} is not said in numbers", tensor.offset
        return
    there, wanted = path.stat().st_size, int(length) or size
    if int(start) + wanted > there:
        yield "lies", f"it reads {wanted:,} bytes of {shown} at {int(start):,}, and it has {there:,}", tensor.offset
    with path.open("rb") as stream:
        archive = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        archive = archive or reads_as_pickle(stream)
    if archive:
        yield "disguise", f"the file {shown}, named as its weights, is an archive or a pickle", tensor.offset
