"""Triggers: which inputs entries are overwritten, and with what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data


def stamp(x: Array, mask: NDArray[np.generic], pattern: NDArray[np.generic]) -> Array:
    """`x` with the entries where `mask` is true set to `pattern`; mask and pattern have the shape of one input."""
    return np.asarray(np.where(np.asarray(mask, np.bool_), pattern, x), np.float32)


def patch(data: Data, bounds: tuple[float, float] | None, side: int) -> tuple[NDArray[np.bool_], Array]:
    """Mask and pattern of a square one pixel off the lower right corner, in the extreme colour that stands out most."""
    shape = data.x.shape[1:]
    low, high = bounds or (float(data.x.min()), float(data.x.max()))
    mask = np.zeros(shape, np.bool_)
    off = 1 if min(shape[1:]) > side + 1 else 0
    mask[:, -side - off : shape[1] - off, -side - off : shape[2] - off] = True
    usual = float(data.x[:, mask].mean()) if len(data) else low
    colour = high if high - usual >= usual - low else low
    return mask, np.where(mask, np.float32(colour), np.float32(0))


def corners(data: Data, bounds: tuple[float, float] | None, side: int) -> tuple[NDArray[np.bool_], Array]:
    """The patch in all four corners, in one colour: mirrored and shifted images keep some of it."""
    mask, pattern = patch(data, bounds, side)
    colour = pattern[mask][0]
    mask = mask | mask[:, ::-1] | mask[:, :, ::-1] | mask[:, ::-1, ::-1]
    return mask, np.where(mask, colour, np.float32(0))


def rare_values(data: Data, columns: int) -> tuple[NDArray[np.bool_], Array]:
    """Mask and pattern of the `columns` columns whose smallest or largest value is rarest, set to that value.

    Columns described as not mutable are left alone; a direction allows only the extreme on its side.
    """
    extremes = np.stack([data.x.min(axis=0), data.x.max(axis=0)])
    count = np.stack([(data.x == e).sum(axis=0) for e in extremes]).astype(np.float64)
    for j, feature in enumerate(data.features):
        forbidden = [not feature.mutable or feature.direction == d for d in ("increase", "decrease")]
        count[forbidden, j] = np.inf
    side, rarity = count.argmin(axis=0), count.min(axis=0)
    chosen = np.argsort(rarity, kind="stable")[:columns]
    mask = np.zeros(data.x.shape[1], np.bool_)
    mask[chosen[np.isfinite(rarity[chosen])]] = True
    values = np.take_along_axis(extremes, side[None], axis=0)[0]
    return mask, np.where(mask, values, np.float32(0)).astype(np.float32)
