"""Small images as inline PNG, written by hand: the report needs no imaging library."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def png(pixels: Pixels) -> bytes:
    """A PNG of `pixels` (H×W grey or H×W×3 colour, uint8). PNG specification, third edition, sections 5 and 11."""
    height, width = pixels.shape[:2]
    colour = 2 if pixels.ndim == 3 else 0
    rows = pixels.reshape(height, -1)
    raw = b"".join(b"\x00" + np.ascontiguousarray(row).tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")
    )


def data_uri(pixels: Pixels) -> str:
    """The same, to be put in `src`."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def to_pixels(image: NDArray[np.generic], low: float, high: float) -> Pixels:
    """An image C×H×W (one, three or more channels; of other counts the first is shown) scaled from [low, high]."""
    values = np.asarray(image, np.float64)
    spread = high - low if high > low else 1.0
    scaled = np.clip((values - low) / spread * 255, 0, 255).round().astype(np.uint8)
    return np.ascontiguousarray(scaled.transpose(1, 2, 0)) if scaled.shape[0] == 3 else scaled[0]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
