"""Pictures as arrays: PNG and JPEG only, told by their bytes, and none so large that it is a bomb."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from bartizan.core.data import Array
from bartizan.core.errors import DataError
from bartizan.formats.bounded import regular_file
from bartizan.formats.sniff import FileKind, sniff

_PIXEL_LIMIT = 64 << 20


def read_image(path: Path, *, channels: int, size: tuple[int, int] | None = None) -> Array:
    """One picture, C×H×W in [0, 1]; `size` is [height, width] to resize to. Raises `DataError`."""
    from PIL import Image

    regular_file(path, "image", DataError)
    if sniff(path) not in (FileKind.PNG, FileKind.JPEG):
        raise DataError(f"{path} is neither a PNG nor a JPEG picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG")) as picture:
                if picture.width * picture.height > _PIXEL_LIMIT:
                    raise DataError(f"{path} has {picture.width}×{picture.height} pixels, more than are allowed")
                plain = picture.convert("L" if channels == 1 else "RGB")
        if size is not None:
            plain = plain.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as cause:
        raise DataError(f"{path} cannot be read as a picture: {cause}") from cause
    pixels = np.asarray(plain, dtype=np.float32) / np.float32(255)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))
