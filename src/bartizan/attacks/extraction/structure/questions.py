"""The inputs that shadow models and the target are asked about, so that their answers can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

OWN = 60
NOISES = (0.1, 0.5)
STEPS = (0.25, 0.5, 0.75)
OUTSIDE = 3.0
LINES, GRID = 4, 192
BASES = 12
GAPS = (2, 4, 6, 8, 10, 14, 20)
"""Pixels between the corners of two patches; those are asked about that fit into the image."""
PATCH = 2
SIDE = 8
"""Of the smallest image that patches are put on."""
LEAST_VARIANCE = 0.01
"""Share of the variance outside of the directions that the records fill."""
PLACES = {"near": np.linspace(-0.5, 1.5, GRID), "far": np.sinh(np.linspace(-4, 4, GRID))}


@dataclass(frozen=True)
class Questions:
    """asked: all inputs, M×…; parts: where which of them lie; gaps: of the patches, none where inputs are no images."""

    asked: Array
    parts: dict[str, slice]
    gaps: tuple[int, ...]

    @classmethod
    def of(cls, x: Array, seed: int) -> Questions:
        """About `OWN` of the adversary's inputs x (N×…), and places around, between and far from them."""
        rng = np.random.default_rng(seed)
        own = x[rng.permutation(len(x))[:OWN]]
        spread = float(x.std()) or 1.0
        gaps = _gaps(x.shape[1:])
        pieces = {"own": own, **_around(own, spread, rng)}
        pieces |= {name: _line(own, t, spread, rng) for name, t in PLACES.items()}
        pieces |= {"patches": _patches(own[:BASES], gaps, 2 * spread, rng)} if gaps else {}
        pieces |= {"directions": _directions(x, own[:BASES], spread, rng)}
        ends = np.cumsum([len(p) for p in pieces.values()])
        parts = {n: slice(int(e) - len(p), int(e)) for (n, p), e in zip(pieces.items(), ends, strict=True)}
        return cls(np.concatenate(list(pieces.values())).astype(np.float32), parts, gaps)


def _around(own: Array, spread: float, rng: np.random.Generator) -> dict[str, Array]:
    other = own[rng.permutation(len(own))]
    return {
        "noisy": np.concatenate([own + s * spread * _noise(own.shape, rng) for s in NOISES]),
        "between": np.concatenate([(1 - t) * own + t * other for t in STEPS]),
        "outside": OUTSIDE * own,
    }


def _line(own: Array, t: NDArray[np.float64], spread: float, rng: np.random.Generator) -> Array:
    """`LINES` lines through two inputs each and a little aside, at places `t`: 0 is the one, 1 near the other."""
    a, b = own[rng.permutation(len(own))[:LINES]], own[rng.permutation(len(own))[:LINES]]
    way = b - a + 0.3 * spread * _noise(a.shape, rng)
    places = t.astype(np.float32).reshape(1, -1, *([1] * (own.ndim - 1)))
    return (a[:, None] + places * way[:, None]).reshape(-1, *own.shape[1:])


def _gaps(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) != 3 or min(shape[1:]) < SIDE:
        return ()
    return tuple(g for g in GAPS if g + PATCH <= min(shape[1:]))


def _patches(base: Array, gaps: tuple[int, ...], size: float, rng: np.random.Generator) -> Array:
    """For each gap and base: one patch changed, another so far from it, and both."""
    out = []
    for gap in gaps:
        one, two = np.zeros_like(base), np.zeros_like(base)
        for i in range(len(base)):
            corner, step = _corner(base.shape[2:], gap, rng)
            for change, at in ((one, corner), (two, corner + step)):
                change[i, :, at[0] : at[0] + PATCH, at[1] : at[1] + PATCH] = size * rng.choice([-1, 1])
        out += [base + one, base + two, base + one + two]
    return np.concatenate(out)


def _corner(shape: tuple[int, ...], gap: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The corner of the one patch, and the step to the other's, along either axis."""
    step = gap * np.eye(2, dtype=np.int64)[rng.integers(2)]
    return rng.integers(0, np.array(shape) - PATCH - step + 1), step


def _directions(x: Array, base: Array, spread: float, rng: np.random.Generator) -> Array:
    """Each base moved equally far along directions that the records fill, and along such as they leave empty."""
    flat = x[:300].reshape(min(len(x), 300), -1)
    _, s, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    share = np.cumsum(s**2) / max(float((s**2).sum()), 1e-30)
    filled = axes[: min(int((share < 1 - LEAST_VARIANCE).sum()) + 1, flat.shape[1] - 1, len(axes))]
    noise = _noise((2, len(base), flat.shape[1]), rng)
    inside = noise[0] @ filled.T @ filled
    aside = noise[1] - noise[1] @ filled.T @ filled
    moves = np.concatenate([inside, aside])
    moves *= 0.1 * spread * flat.shape[1] ** 0.5 / np.maximum(np.linalg.norm(moves, axis=1, keepdims=True), 1e-12)
    return np.concatenate([base, base]) + moves.reshape(-1, *base.shape[1:]).astype(np.float32)


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return rng.standard_normal(shape).astype(np.float32)
