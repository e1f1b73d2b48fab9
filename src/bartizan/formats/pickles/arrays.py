"""NumPy's types as a pickle makes them, held to what NumPy would take them for.

The state of a dtype is believed by NumPy without a look: its size, where its fields lie, and whether what is in memory
are numbers or pointers to objects (`arraydescr_setstate` in `numpy/_core/src/multiarray/descriptor.c`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from .stack import Broken
from .values import NONE, Box, Made, name_of

_ITEM = re.compile(r"[<>|=]?[?a-zA-Z]\d*")
_STATE = ("version", "order", "subarray", "names", "fields", "size", "alignment", "flags")
_OBJECTS = 1  # the flag NPY_ITEM_REFCOUNT
_DIMENSIONS = 64
_DEPTH = 32


class Forged(ValueError):
    """NumPy would take the memory for something else than what the type says it is."""


def layout(dtype: object, depth: int = 0) -> tuple[int, bool]:
    """(bytes of one item, whether it holds objects). Raises `Forged`, and `Broken` where that is not known for sure."""
    if depth > _DEPTH or not isinstance(dtype, Made) or name_of(dtype) != "numpy dtype":
        raise Broken("an array of no known type")
    base = _base(dtype)
    if dtype.state is None:
        return base.itemsize, base.hasobject
    told = _state(dtype.state)
    size = _size(base, told["size"])
    parts = [*_fields(told["fields"], size, depth), *_subarray(told["subarray"], size, depth)]
    objects = base.hasobject or any(parts)
    if not isinstance(told["flags"], int) or bool(told["flags"] & _OBJECTS) != objects:
        raise Forged("it has NumPy take numbers for objects, or objects for numbers")
    return size, objects


def count(shape: object) -> int:
    """Items in an array of this shape. Raises `Broken`."""
    items = shape.items if isinstance(shape, Box) and shape.kind in ("tuple", "list") else [None]
    if len(items) > _DIMENSIONS or not all(type(i) is int and i >= 0 for i in items):
        raise Broken("an array of no known size")
    return math.prod(i for i in items if isinstance(i, int))


def _base(dtype: Made) -> np.dtype[np.generic]:
    code = dtype.arguments.items[0] if dtype.arguments.items else None
    if not isinstance(code, str) or not _ITEM.fullmatch(code):
        raise Broken("an array of no known type")
    try:
        return np.dtype(code)
    except TypeError as cause:
        raise Broken(f"NumPy has no type {code!r}") from cause


def _state(state: object) -> dict[str, object]:
    if not isinstance(state, Box) or state.kind != "tuple" or not 8 <= len(state.items) <= 9:
        raise Broken("a type of NumPy whose state is not of eight parts")
    return dict(zip(_STATE, state.items, strict=False))


def _size(base: np.dtype[np.generic], told: object) -> int:
    """Types of one width keep it; texts and records have the one that the state says."""
    if not isinstance(told, int):
        raise Broken("a type of NumPy of no known width")
    if base.char not in "SUV" or told == -1:
        return base.itemsize
    if told < 0 or base.itemsize not in (0, told):
        raise Forged(f"it gives a type of NumPy two widths, {base.itemsize:,} and {told:,} bytes")
    return told


def _fields(fields: object, size: int, depth: int) -> Iterator[bool]:
    if fields is NONE:
        return
    if not isinstance(fields, Box) or not fields.whole:
        raise Broken("a record whose fields are not known")
    for place in fields.pairs.values():
        items = place.items if isinstance(place, Box) else []
        if len(items) < 2 or not isinstance(items[1], int):
            raise Broken("a record whose fields are not known")
        width, objects = layout(items[0], depth + 1)
        if not 0 <= items[1] <= size - width:
            raise Forged("a field of a record lies outside it")
        yield objects


def _subarray(told: object, size: int, depth: int) -> Iterator[bool]:
    if told is NONE:
        return
    if not isinstance(told, Box) or len(told.items) != 2:
        raise Broken("an array within a type, of no known size")
    width, objects = layout(told.items[0], depth + 1)
    shape = told.items[1]
    if width * (shape if isinstance(shape, int) else count(shape)) != size:
        raise Forged("an array within a type lies outside it")
    yield objects
