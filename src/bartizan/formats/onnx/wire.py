"""The protobuf bytes of an ONNX model, walked without a parser: enough to know it and to see what it points at.

Field numbers: onnx.proto3 of https://github.com/onnx/onnx (ModelProto and below).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# message → field number → message inside it. Only what can hold nodes or tensors is followed.
_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function", 20: "training"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_DEPTH_LIMIT = 32
_MODEL_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})


Buffer = bytes | mmap.mmap


class WireError(ValueError):
    """The bytes are not a protobuf message."""


@dataclass
class OnnxOutline:
    """operators: `domain::name` of every node, once each. external: (location, offset in the file) of outside data."""

    operators: set[str] = field(default_factory=set)
    external: list[tuple[str, int]] = field(default_factory=list)
    has_graph: bool = False


def looks_like_onnx(first: bytes, size: int) -> bool:
    """Whether the bytes begin with `ir_version` and go on as a ModelProto, with a graph inside the file."""
    if first[:1] != b"\x08":
        return False
    try:
        for number, kind, _, stop in fields(first, 0, size):
            if number not in _MODEL_FIELDS or kind not in (0, 2):
                return False
            if number == 7:
                return stop <= size
    except WireError:
        return False
    return False


def outline(raw: bytes) -> OnnxOutline:
    """Operators and outside files of a model. Raises `WireError` when the bytes cannot be followed."""
    found = OnnxOutline()
    _walk(raw, "model", 0, len(raw), found, 0)
    return found


def inside_folder(location: str) -> bool:
    """Whether an outside file named in a model lies in the model's own folder or below it."""
    where = Path(location)
    return bool(location) and not where.is_absolute() and ".." not in where.parts and "\\" not in location


def files_beside(path: Path) -> list[Path]:
    """The files that an ONNX model keeps weights in, in its own folder; none for what is no ONNX model.

    Those it names elsewhere are left out: `model_scan` refuses the model for them.
    """
    try:
        raw = path.read_bytes()
        if not looks_like_onnx(raw, len(raw)):
            return []
        named = {location for location, _ in outline(raw).external}
    except (OSError, WireError):
        return []
    return [path.parent / name for name in sorted(named) if inside_folder(name)]


def _walk(raw: bytes, message: str, start: int, end: int, found: OnnxOutline, depth: int) -> None:
    if depth > _DEPTH_LIMIT:
        raise WireError("nested too deeply")
    names = {}
    for number, kind, begin, stop in fields(raw, start, end):
        inside = _INSIDE.get(message, {}).get(number)
        if kind == 2 and inside == "entry":
            _entry(raw, begin, stop, found)
        elif kind == 2 and inside:
            found.has_graph |= inside == "graph"
            _walk(raw, inside, begin, stop, found, depth + 1)
        elif kind == 2 and message == "node" and number in (4, 7):
            names[number] = raw[begin:stop].decode("utf-8", "replace")
    if message == "node":
        found.operators.add(f"{names.get(7, '')}::{names.get(4, '')}")


def _entry(raw: bytes, start: int, end: int, found: OnnxOutline) -> None:
    parts = {n: (raw[b:s].decode("utf-8", "replace"), b) for n, kind, b, s in fields(raw, start, end) if kind == 2}
    if parts.get(1, ("", 0))[0] == "location":
        found.external.append(parts.get(2, ("", start)))


def fields(raw: Buffer, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(field number, wire type, first byte, byte after the last) of each field; stops where `raw` is cut off."""
    at = start
    while at < min(end, len(raw)):
        key, at = varint(raw, at)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise WireError(f"no field number at byte {at}")
        begin = at
        if kind == 0:
            _, at = varint(raw, at)
        elif kind == 2:
            length, begin = varint(raw, at)
            at = begin + length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise WireError(f"wire type {kind} at byte {at}")
        if at > end:
            raise WireError(f"a field at byte {begin} ends beyond its message")
        yield number, kind, begin, at


def varint(raw: Buffer, at: int) -> tuple[int, int]:
    """(a number, the byte after it) at byte `at`."""
    value = 0
    for i in range(10):
        if at + i >= len(raw):
            raise WireError("cut off")
        value |= (raw[at + i] & 0x7F) << (7 * i)
        if not raw[at + i] & 0x80:
            return value, at + i + 1
    raise WireError(f"a number at byte {at} does not end")
