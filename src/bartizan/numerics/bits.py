"""Weights as bits in memory: what flipping one of them does.

Two representations: `int8`, where a tensor is a scale times whole numbers in −127 … 127 (two's complement), and
`float32` as it is. Bit 0 is the lowest.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Representation = Literal["int8", "float32"]
WIDTH: dict[str, int] = {"int8": 8, "float32": 32}


def quantised(w: Array) -> tuple[NDArray[np.int8], np.float32]:
    """Whole numbers and their scale, one for the tensor: w ≈ scale · q, the largest entry at ±127."""
    scale = np.float32(max(float(np.abs(w).max(initial=0.0)), 1e-12) / 127)
    return np.clip(np.round(w / scale), -127, 127).astype(np.int8), scale


def stored(w: Array, representation: Representation) -> Array:
    """The tensor as it comes out of memory when no bit was flipped."""
    if representation == "float32":
        return np.asarray(w, np.float32)
    q, scale = quantised(w)
    return np.asarray(q.astype(np.float32) * scale, np.float32)


def flipped(w: Array, representation: Representation, element: NDArray[np.int64], bit: NDArray[np.int64]) -> Array:
    """The tensor with bits `bit` of entries `element` (of it flattened) flipped; a bit named twice is as it was.

    Raises `ValueError` on entries or bits that are not there.
    """
    if len(element) and (element.min() < 0 or element.max() >= w.size or bit.min() < 0):
        raise ValueError(f"a bit of an entry outside the {w.size} of a tensor was to be flipped")
    if len(bit) and bit.max() >= WIDTH[representation]:
        raise ValueError(f"{representation} has no bit {int(bit.max())}")
    if representation == "float32":
        words = np.array(w, np.float32).ravel().view(np.uint32)
        np.bitwise_xor.at(words, element, np.left_shift(np.uint32(1), bit.astype(np.uint32)))
        return words.view(np.float32).reshape(w.shape)
    q, scale = quantised(w)
    octets = q.ravel().view(np.uint8).copy()
    np.bitwise_xor.at(octets, element, np.left_shift(np.uint8(1), bit.astype(np.uint8)))
    return np.asarray(octets.view(np.int8).astype(np.float32).reshape(w.shape) * scale, np.float32)


def changes(w: Array, representation: Representation) -> Array:
    """What each single flip adds to its entry, bits × entries; NaN where the result is not a finite number."""
    flat = np.asarray(w, np.float32).ravel()
    if representation == "int8":
        q, scale = quantised(flat)
        weight = (1 << np.arange(8)).astype(np.int64) * np.where(np.arange(8) == 7, -1, 1)
        was = (q.view(np.uint8)[None] >> np.arange(8, dtype=np.uint8)[:, None]) & 1
        return np.asarray(np.where(was, -weight[:, None], weight[:, None]) * scale, np.float32)
    words = flat.view(np.uint32)[None] ^ np.left_shift(np.uint32(1), np.arange(32, dtype=np.uint32))[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        moved = words.view(np.float32) - flat
    return np.where(np.isfinite(moved), moved, np.float32(np.nan))
