"""safetensors with its header checked first: the format in which weights are best handed on."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

from bartizan.core.errors import UnsafeFileError
from bartizan.formats.item import Item, file_item

HEADER_LIMIT = 64 << 20
_WIDTHS = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "F16": 2}
_WIDTHS |= {"BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8, "C64": 8}


def read_header(path: Path) -> dict[str, Any]:
    """Names to {dtype, shape, data_offsets}. Raises `UnsafeFileError` when header and file do not agree."""
    return header_of(file_item(path))


def header_of(item: Item) -> dict[str, Any]:
    """The same, of a file or of a member of an archive."""
    first = item.head(8)
    if len(first) < 8:
        raise UnsafeFileError(f"{item.name} is too short ({item.size} bytes) to be a safetensors file")
    (length,) = struct.unpack("<Q", first)
    if length > min(HEADER_LIMIT, item.size - 8):
        raise UnsafeFileError(f"{item.name} is cut off or is not safetensors: it promises a {length:,}-byte header")
    raw = item.head(8 + length)[8:]
    try:
        header = json.loads(raw, object_pairs_hook=_each_once)
        metadata = header.pop("__metadata__", {})
        if not all(isinstance(v, str) for v in metadata.values()):
            raise UnsafeFileError(f"{item.name} has metadata that are no texts")
        _check_spans(item.name, header, item.size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as cause:
        raise UnsafeFileError(f"{item.name} has a header that is not that of a safetensors file") from cause
    return dict(header)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise UnsafeFileError("its header gives a key twice, and readers may disagree on which counts")
    return made


def _check_spans(name: str, tensors: dict[str, Any], room: int) -> None:
    end = 0
    for tensor, entry in sorted(tensors.items(), key=lambda pair: pair[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        whole = all(type(n) is int and n >= 0 for n in (*entry["shape"], begin, stop))
        promised = math.prod(entry["shape"]) * _WIDTHS[entry["dtype"]]
        if not whole or begin != end or stop - begin != promised or stop > room:
            said = f"the tensor {tensor!r} does not lie where its header says ({begin} to {stop} of {room:,} bytes)"
            raise UnsafeFileError(f"{name}: {said}, or is cut off")
        end = stop
    if end != room:
        raise UnsafeFileError(f"{name} holds {room - end:,} bytes that belong to no tensor")
