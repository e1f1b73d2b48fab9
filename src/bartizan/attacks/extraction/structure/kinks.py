"""Where a piecewise linear function bends along a line.

Between two bends the function is straight. From the two ends of a stretch, the straight lines that leave it meet where
the bend is, if there is only one; asking there tells. Otherwise the stretch is halved. Carlini, Jagielski and Mironov,
Cryptanalytic extraction of neural network models, CRYPTO 2020, arXiv:2003.04884; Jagielski, Carlini, Berthelot, Kurakin
and Papernot, High accuracy and high fidelity extraction of neural networks, USENIX Security 2020, arXiv:1909.01838.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .answers import Precise

Along = Callable[[Precise], Precise]
SIDE = 0.02
"""Share of a stretch at either end over which its slope is taken first."""
SURE = 10.0
"""Deviations from a straight line beyond so many times the noise are bends."""


@dataclass(frozen=True)
class Kink:
    """A bend at `t`; the function is straight from `low` to `t` and from `t` to `high`."""

    t: float
    low: float
    high: float


def noise_along(f: Along, low: float, high: float, rng: np.random.Generator) -> float:
    """How far answers are off a straight line through rounding alone: the median over 40 short stretches, most of which
    have no bend. The largest of all outputs."""
    h = 1e-3 * (high - low)
    t = rng.uniform(low + h, high - h, 40)
    z = f(np.concatenate([t - h, t, t + h])).reshape(3, len(t), -1)
    return float(np.median(np.abs(z[0] - 2 * z[1] + z[2]).max(axis=1))) + 1e-300


def kinks(f: Along, low: float, high: float, noise: float, shortest: float) -> list[Kink]:
    """The bends of `f` (T numbers to T×Q) between `low` and `high`, ascending. Those in stretches shorter than
    `shortest` or smaller than `SURE` times `noise` are left out."""
    ends = f(np.array([low, high]))
    found: list[Kink] = []
    waiting = [(low, high, ends[0], ends[1])]
    while waiting:
        a, b, za, zb = waiting.pop()
        if b - a < shortest:
            continue
        at = _single(f, a, b, za, zb, noise)
        if at is None:
            continue
        if isinstance(at, Kink):
            found.append(at)
            continue
        waiting += [(a, at[0], za, at[1]), (at[0], b, at[1], zb)]
    return sorted(found, key=lambda k: k.t)


def _single(
    f: Along, a: float, b: float, za: Precise, zb: Precise, noise: float
) -> Kink | tuple[float, Precise] | None:
    """None where the stretch is straight, its bend where it has one, else a place to halve it at with the value
    there."""
    h, middle = SIDE * (b - a), a + 0.47 * (b - a)
    z = f(np.array([a + h, b - h, middle]))
    left, right = (z[0] - za) / h, (zb - z[1]) / h
    straight = za + (zb - za) * 0.47
    if np.abs(z[2] - straight).max() <= SURE * noise and np.abs(left - right).max() * h <= SURE * noise:
        return None
    t = _meet(a, b, za, zb, left, right)
    if not a + h < t < b - h:
        return middle, z[2]
    refined = _refined(f, a, b, za, zb, t, noise)
    return (middle, z[2]) if refined is None else Kink(refined, a, b)


def _refined(f: Along, a: float, b: float, za: Precise, zb: Precise, t: float, noise: float) -> float | None:
    """The bend next to `t` from slopes over nearly the whole of both sides; None if these are not straight."""
    near = 0.1 * min(t - a, b - t)
    left, right = t - near, t + near
    z = f(np.array([left, right, (a + left) / 2, (b + right) / 2]))
    bent = max(np.abs(z[2] - (za + z[0]) / 2).max(), np.abs(z[3] - (zb + z[1]) / 2).max())
    if bent > SURE * noise:
        return None
    slopes = (z[0] - za) / (left - a), (zb - z[1]) / (b - right)
    t = _meet(a, b, za, zb, *slopes)
    if not left < t < right:
        return None
    off = np.abs(f(np.array([t]))[0] - (za + slopes[0] * (t - a))).max()
    return t if off <= 2 * SURE * noise else None


def _meet(a: float, b: float, za: Precise, zb: Precise, left: Precise, right: Precise) -> float:
    """Where the lines through (a, za) and (b, zb) meet, by least squares over all outputs; NaN if they do not."""
    bend = left - right
    size = float(bend @ bend)
    return float(bend @ ((zb - right * b) - (za - left * a)) / size) if size > 0 else float("nan")
