"""The plane on which a hidden unit of a two-layer ReLU network switches, from the slopes on either side of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .answers import Precise, Precision
from .kinks import SURE

HALVINGS = 12
CLEAN = 0.05
"""Second singular value of the change of slope over the first, above which more than one unit has switched."""


@dataclass(frozen=True)
class Plane:
    """{x : normal·x + offset = 0} with a normal of unit length; `weight` (Q): what the unit adds to the outputs per
    unit of distance from the plane; `beside` (2×D): a point on either side; `sharp`: whether it was fixed by its bends
    at many places (`sharpen`)."""

    normal: Precise
    offset: float
    weight: Precise
    beside: Precise
    sharp: bool = False

    def distance(self, x: Precise) -> Precise:
        """Of points N×D, with its sign."""
        return np.asarray(x @ self.normal + self.offset, np.float64)

    def same(self, other: Plane, reach: float) -> bool:
        """Whether both are one as far as rough planes can tell within `reach`."""
        apart = np.abs(self.distance(other.beside)).min()
        return abs(float(self.normal @ other.normal)) > 0.999 and float(apart) < 0.01 * reach


@dataclass(frozen=True)
class Rest:
    """The answers less what the units on known planes make of them. Its bends are those of the units yet unknown, so
    that it is straight for longer, and slopes over longer steps are less disturbed by rounding."""

    ask: Precision
    known: tuple[Plane, ...] = ()

    def __call__(self, x: Precise) -> Precise:
        """Of flat inputs N×D, N×Q."""
        z = self.ask(x)
        if not self.known:
            return z
        normals, offsets = np.stack([p.normal for p in self.known]), np.array([p.offset for p in self.known])
        units = np.maximum(x @ normals.T + offsets, 0)
        return np.asarray(z - units @ np.stack([p.weight for p in self.known]), np.float64)

    def sendable(self, x: Precise) -> Precise:
        """As the target can be sent them."""
        return self.ask.sendable(x)


def plane_at(ask: Rest, x: Precise, along: Precise, step: float, noise: float) -> Plane | None:
    """The plane through `x` (D), from the slopes at `x ± step·along`; None where they tell of no single unit."""
    beside = ask.sendable(np.stack([x - step * along, x + step * along]))
    slopes = [_slopes(ask, p, step, noise) for p in beside]
    if slopes[0] is None or slopes[1] is None:
        return None
    u, s, v = np.linalg.svd(slopes[1] - slopes[0], full_matrices=False)
    if s[0] <= 0 or (len(s) > 1 and s[1] > CLEAN * s[0]):
        return None
    normal = v[0] * np.sign(v[0] @ along)
    weight = u[:, 0] * s[0] * np.sign(v[0] @ along)
    return Plane(normal, -float(normal @ x), weight, beside)


def _slopes(ask: Rest, p: Precise, step: float, noise: float) -> Precise | None:
    """Q×D, by central differences as wide as the function is straight around `p`; None where it is nowhere."""
    size = len(p)
    out: Precise | None = None
    width = np.full(size, step)
    todo = np.arange(size)
    middle = ask(p[None])[0]
    for _ in range(HALVINGS):
        moves = np.zeros((len(todo), size))
        moves[np.arange(len(todo)), todo] = width[todo]
        up, down = ask.sendable(p + moves), ask.sendable(p - moves)
        z = ask(np.concatenate([up, down])).reshape(2, len(todo), -1)
        if out is None:
            out = np.zeros((z.shape[2], size))
        each = np.arange(len(todo)), todo
        run, back = (up - down)[each][:, None], (p - down)[each][:, None]
        slope = (z[0] - z[1]) / np.where(run > 0, run, np.inf)
        out[:, todo] = slope.T
        bent = 2 * np.abs(z[1] + slope * back - middle).max(axis=1) > SURE * noise
        todo = todo[bent]
        width[todo] /= 2
        if not len(todo):
            return out
    return None
