"""safetensors with its header checked first: the format in which weights are best handed on."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

from bartizan.core.errors import UnsafeFileError

HEADER_LIMIT = 64 << 20
_WIDTHS = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2}
_WIDTHS |= {"I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8}


def read_header(path: Path) -> dict[str, Any]:
    """Names to {dtype, shape, data_offsets}. Raises `UnsafeFileError` when header and file do not agree."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        first = stream.read(8)
        if len(first) < 8:
            raise UnsafeFileError(f"{path.name} is too short ({size} bytes) to be a safetensors file")
        (length,) = struct.unpack("<Q", first)
        if length > min(HEADER_LIMIT, size - 8):
            raise UnsafeFileError(f"{path.name} is cut off or is not safetensors: it promises a {length:,}-byte header")
        raw = stream.read(length)
    try:
        header = json.loads(raw)
        tensors = {name: entry for name, entry in header.items() if name != "__metadata__"}
        _check_spans(path, tensors, size - 8 - length)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as cause:
        raise UnsafeFileError(f"{path.name} has a header that is not that of a safetensors file") from cause
    return tensors


def _check_spans(path: Path, tensors: dict[str, Any], room: int) -> None:
    end = 0
    for name, entry in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        promised = math.prod(entry["shape"]) * _WIDTHS[entry["dtype"]]
        if begin != end or stop - begin != promised or stop > room:
            raise UnsafeFileError(f"{path.name}: the tensor {name!r} does not lie where its header says, or is cut off")
        end = stop
    if end != room:
        raise UnsafeFileError(f"{path.name} holds {room - end:,} bytes that belong to no tensor")
