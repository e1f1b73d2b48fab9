"""Smooth warping of images: a field of displacements, and pictures sampled along it."""

from __future__ import annotations

import numpy as np

from bartizan.core.data import Array


def smooth_flow(height: int, width: int, grid: int, pixels: float, seed: int) -> Array:
    """2×H×W displacements (down, right) in pixels, their mean size `pixels`, smooth between `grid`×`grid` random ones.

    Nguyen and Tran, WaNet, ICLR 2021 (whose strength s is 2·pixels here).
    """
    from scipy.ndimage import zoom

    rng = np.random.default_rng(seed)
    control = rng.uniform(-1, 1, (2, grid, grid))
    flow = np.stack([zoom(c, (height / grid, width / grid), order=min(3, grid - 1), mode="nearest") for c in control])
    return np.asarray(flow * (pixels / max(float(np.abs(flow).mean()), 1e-9)), np.float32)


def warped(x: Array, flow: Array) -> Array:
    """N×C×H×W images with each pixel fetched `flow` away, by bilinear interpolation; beyond an edge is the edge.

    Raises `ValueError` when the field does not have the images' size.
    """
    if x.ndim != 4 or flow.shape != (2, *x.shape[2:]) or not np.isfinite(flow).all():
        raise ValueError(f"a field of displacements of shape {flow.shape} does not fit inputs of shape {x.shape[1:]}")
    size = np.array(x.shape[2:]).reshape(2, 1, 1)
    at = np.clip(np.indices(x.shape[2:]) + flow, 0, size - 1)
    low = np.minimum(at.astype(np.int64), np.maximum(size - 2, 0))
    high = np.minimum(low + 1, size - 1)
    down, right = (at - low).astype(np.float32)
    top = x[:, :, low[0], low[1]] * (1 - right) + x[:, :, low[0], high[1]] * right
    bottom = x[:, :, high[0], low[1]] * (1 - right) + x[:, :, high[0], high[1]] * right
    return np.asarray(top * (1 - down) + bottom * down, np.float32)
