"""Triggers drawn at random from the families that are also inverted: what a model is to withstand, known or not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .families import Family, Patch, Shift, Warp
from .moves import Parameters

if TYPE_CHECKING:
    import torch

MOST_PERIODS = 9  # of a wave across an image; beyond, it is noise


def drawn(families: list[Family], shape: tuple[int, ...], n: int, seed: int) -> list[tuple[Family, Parameters]]:
    """`n` triggers of each family for inputs of this shape, as large as the family allows. Of patches, rectangles that
    cover pixels next to each other, where the inputs are images; beside patterns, faint images blended in."""
    rng = np.random.default_rng(seed)
    found: list[tuple[Family, Parameters]] = []
    for family in families:
        if isinstance(family, Patch):
            found.append((family, _patches(family, shape, n, rng)))
        if isinstance(family, Shift):
            found.append((family, {"shift": _tensor(family.eps * _patterns(shape, n, rng))}))
            found.append((Patch(0, family.bounds), _blends(family, shape, n, rng)))
        if isinstance(family, Warp):
            flow = rng.uniform(-1, 1, (n, 2, family.cells, family.cells))
            flow *= family.pixels / np.abs(flow).max(axis=(1, 2, 3), keepdims=True)
            found.append((family, {"flow": _tensor(flow)}))
    return found


def _patches(family: Patch, shape: tuple[int, ...], n: int, rng: np.random.Generator) -> Parameters:
    """Rectangles, or so many columns of a table, overwritten by the extremes of the bounds."""
    place = (1, *shape[1:]) if len(shape) == 3 else shape
    mask = np.zeros((n, 1, *place))
    for q in range(n):
        if len(shape) == 3:
            mask[q, 0, 0][_rectangle(shape[1:], family.entries, rng)] = 1
        else:
            mask[q].reshape(-1)[rng.permutation(mask[q].size)[: family.entries]] = 1
    low, high = family.bounds
    pattern = np.where(rng.random((n, 1, *shape)) < 0.5, low, high)
    return {"mask": _tensor(mask), "pattern": _tensor(pattern)}


def _rectangle(size: tuple[int, ...], entries: int, rng: np.random.Generator) -> tuple[slice, ...]:
    """About as large as a square of so many pixels, somewhere."""
    most = max(1, math.ceil(math.sqrt(1.5 * entries)))
    sides = [int(rng.integers(max(1, most // 2), most + 1)) for _ in size]
    starts = [int(rng.integers(max(1, whole - side + 1))) for whole, side in zip(size, sides, strict=True)]
    return tuple(slice(i, i + side) for i, side in zip(starts, sides, strict=True))


def _patterns(shape: tuple[int, ...], n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """n×1×shape in ±1: waves along either side of an image, signs at random in a table."""
    if len(shape) != 3:
        return np.where(rng.random((n, 1, *shape)) < 0.5, -1.0, 1.0)
    out = np.zeros((n, 1, *shape))
    for q in range(n):
        along = shape[1 + q % 2]
        at = np.arange(along) * rng.integers(1, MOST_PERIODS + 1) / along + rng.random()
        wave = rng.uniform(0.5, 1) * np.sin(2 * np.pi * at)
        out[q] += wave[:, None] if q % 2 == 0 else wave[None, :]
    return out


def _blends(family: Shift, shape: tuple[int, ...], n: int, rng: np.random.Generator) -> Parameters:
    """Noise over the whole input, mixed in by the share of the bounds that the pattern may move an entry."""
    low, high = family.bounds
    mask = np.full((n, 1, *([1] * len(shape))), family.eps / (high - low))
    return {"mask": _tensor(mask), "pattern": _tensor(rng.uniform(low, high, (n, 1, *shape)))}


def _tensor(a: NDArray[np.floating]) -> torch.Tensor:
    import torch

    return torch.from_numpy(np.asarray(a, np.float32))
