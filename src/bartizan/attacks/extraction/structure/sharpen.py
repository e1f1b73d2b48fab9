"""Planes of units made sharper: one slope is as good as the rounding over its step, many places of a bend are better.

A plane is known roughly from where it was met. Far along it, the bend is looked for where the plane says it is: two
places on either side give two straight lines, and these meet on the true plane. As many such points as there are
inputs, and some, fix the normal by least squares, with an error of the rounding over how far apart they lie.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .answers import Precise
from .kinks import SURE
from .planes import Plane, Rest

SPREADS = (0.1, 1.0)
"""How far points are from where the plane was met, in shares of `reach`, one round after the other."""
WINDOWS = (0.002, 0.01, 0.05, 0.2)
"""How far on either side of the plane the bend is looked for, relative to that distance: the first that is wide enough.
The narrower it is, the fewer bends of other units are in the way."""
POINTS, FEWEST = 2.0, 1.2
"""For each unknown: tried, and met."""
LIKE = 0.98
"""Cosine of a bend with that of the unit, below which it belongs to another."""


def sharpened(ask: Rest, plane: Plane, reach: float, noise: float, rng: np.random.Generator) -> Plane:
    """The plane after as many rounds as there are points enough for. noise: rounding of answers; `ask` may have other
    units' parts taken away, not this one's."""
    for spread in SPREADS:
        better = _round(ask, plane, spread * reach, noise, rng)
        if better is None:
            return plane
        plane = better
    return plane


def _round(ask: Rest, plane: Plane, spread: float, noise: float, rng: np.random.Generator) -> Plane | None:
    n = plane.normal
    middle = plane.beside.mean(axis=0)
    middle = middle - plane.distance(middle[None]) * n
    along = rng.standard_normal((int(POINTS * len(n)) + 20, len(n)))
    along -= np.outer(along @ n, n)
    along *= spread / np.linalg.norm(along, axis=1, keepdims=True)
    for window in WINDOWS:
        off, bend, kept = _met(ask, middle + along, plane, window * spread, noise)
        if kept.sum() >= FEWEST * len(n) + 5:
            return _turned(plane, middle, along[kept], off[kept], np.median(bend[kept], axis=0))
    return None


def _turned(plane: Plane, middle: Precise, along: Precise, off: Precise, weight: Precise) -> Plane:
    """Through the points `middle + along + off·normal`, by least squares."""
    turn = _robust(np.concatenate([along, np.ones((len(along), 1))], axis=1), -off)
    normal = plane.normal + turn[:-1]
    size = float(np.linalg.norm(normal))
    normal, shift = normal / size, float(turn[-1]) / size
    return replace(plane, normal=normal, offset=shift - float(normal @ middle), weight=weight, sharp=True)


def _robust(columns: Precise, wanted: Precise) -> Precise:
    """Least squares, once more without what is far off."""
    solution = np.linalg.lstsq(columns, wanted, rcond=1e-9)[0]
    rest = np.abs(columns @ solution - wanted)
    good = rest <= 6 * np.median(rest) + 1e-300
    if good.sum() <= columns.shape[1]:
        return np.asarray(solution, np.float64)
    return np.asarray(np.linalg.lstsq(columns[good], wanted[good], rcond=1e-9)[0], np.float64)


def _met(ask: Rest, at: Precise, plane: Plane, h: float, noise: float) -> tuple[Precise, Precise, NDArray[np.bool_]]:
    """Where along the normal through each point of `at` the bend is, the change of slope there, and whether it is this
    unit's: alike in direction and size, between the places asked about, and both sides straight up to it."""
    steps = h * np.array([-2.0, -1.0, 1.0, 2.0])
    z = np.stack([ask(ask.sendable(at + s * plane.normal)) for s in steps])
    left, right = (z[1] - z[0]) / h, (z[3] - z[2]) / h
    bend, strength = right - left, max(float(np.linalg.norm(plane.weight)), 1e-300)
    size = np.maximum(np.linalg.norm(bend, axis=1), 1e-300)
    off = (bend * ((z[1] + left * h) - (z[2] - right * h))).sum(axis=1) / size**2
    alike = (bend @ plane.weight) / (size * strength)
    kept = (alike > LIKE) & (np.abs(off) < h) & (np.abs(np.log(size / strength)) < 0.25)
    there = np.where(kept, off, 0.0)[:, None]
    rest = ask(ask.sendable(at + there * plane.normal)) - (z[1] + left * (there + h))
    return there[:, 0], bend, kept & (np.abs(rest).max(axis=1) <= SURE * noise)
