"""Square Attack: random search that changes one square of the image at a time and keeps what lowers the margin.

Andriushchenko, Croce, Flammarion and Hein, Square Attack: a query-efficient black-box adversarial attack via random
search, ECCV 2020, arXiv:1912.00049. What differs: every example has squares of its own, from random numbers of its
own, instead of the batch sharing one, and an equal margin is accepted as well, so that rounded scores do not stop the
walk. As with the authors no query is spent on a square that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Norm, project, safe_radius

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
FIRST_SHARE = 0.8
"""Share of the pixels in the first squares (p of the paper, as its authors set it in AutoAttack)."""
_HALVE_AT = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)


@dataclass
class Search:
    """x: the last point of each example, misclassified where `won`; moved: whether any answer ever differed."""

    x: Array
    won: NDArray[np.bool_]
    moved: NDArray[np.bool_]


def margin_of_scores(scores: NDArray[np.floating], y: Labels) -> Floats:
    """log p_y − log of the best other class, N; negative when misclassified. For logits' softmax: their margin."""
    return margin_of_logits(np.log(np.clip(scores.astype(np.float64), 1e-12, None)), y)


def margin_of_logits(logits: NDArray[np.floating], y: Labels) -> Floats:
    """Logit of class y less the highest other, N; negative when misclassified."""
    z, rows = logits.astype(np.float64), np.arange(len(y))
    true = z[rows, y]
    z[rows, y] = -np.inf
    return np.asarray(true - z.max(axis=1))


def share_of_pixels(step: int, steps: int) -> float:
    """p at `step` of `steps`, on the paper's schedule for 10,000 steps."""
    at = step / steps * 10_000
    return float(FIRST_SHARE / 2 ** sum(at > t for t in _HALVE_AT))


def square_search(
    margins: Callable[[Array, Rows], Floats],
    x0: Array,
    rows: Rows,
    *,
    norm: Norm,
    eps: float,
    bounds: tuple[float, float],
    steps: int,
    rngs: Sequence[np.random.Generator],
    able: Callable[[Rows], NDArray[np.bool_]] = lambda rows: np.ones(len(rows), np.bool_),
    start: tuple[Array, Floats] | None = None,
) -> Search:
    """Search the `norm` ball of radius `eps` around images `x0` (N×C×H×W) with `steps` queries for each at most.

    `margins` answers for images spent on examples `rows`, below 0 where misclassified. Each example draws from its own
    of `rngs`. `start`: points of the ball and their margins to go on from, instead of from random stripes. Stops for
    each example at success.
    """
    radius = np.float32(safe_radius(eps, norm, bounds, int(np.prod(x0.shape[1:]))))
    propose = {"linf": _paint, "l2": _shift}[norm]
    first = {"linf": _stripes, "l2": _tiles}[norm]
    x, margin = (x0.copy(), np.full(len(x0), np.inf)) if start is None else (start[0].copy(), start[1].copy())
    won, moved = np.zeros(len(x0), np.bool_), np.zeros(len(x0), np.bool_)
    for step in range(steps):
        live = np.flatnonzero(~won)
        live = live[able(rows[live])]
        if not len(live):
            break
        draw = _Draw([rngs[int(i)] for i in live])
        if step == 0 and start is None:
            point = _inside(first(x0[live], radius, draw), x0[live], norm, radius, bounds)
        else:
            point = propose(x[live], x0[live], radius, bounds, share_of_pixels(step, steps), draw)
        got = margins(point, rows[live])
        moved[live] |= np.isfinite(margin[live]) & (got != margin[live])
        better = got <= margin[live]
        x[live[better]], margin[live[better]] = point[better], got[better]
        won[live] |= got < 0
    return Search(x, won, moved)


class _Draw:
    """Random numbers for the examples still searched, each from its own stream, so that none depends on its company."""

    def __init__(self, rngs: Sequence[np.random.Generator]) -> None:
        self._rngs = rngs

    def uniform(self, *shape: int) -> Floats:
        return np.stack([rng.random(shape) for rng in self._rngs])

    def below(self, k: int) -> Rows:
        return np.asarray(self.uniform() * k, np.int64)

    def signs(self, *shape: int) -> Array:
        return np.where(self.uniform(*shape) < 0.5, np.float32(-1), np.float32(1))


def _inside(new: Array, x0: Array, norm: Norm, radius: np.float32, bounds: tuple[float, float]) -> Array:
    return np.asarray(project(new, x0, norm, radius, bounds), np.float32)


def _stripes(x0: Array, radius: np.float32, draw: _Draw) -> Array:
    _, c, _, w = x0.shape
    return np.asarray(x0 + radius * draw.signs(c, 1, w), np.float32)


def _paint(x: Array, x0: Array, radius: np.float32, bounds: tuple[float, float], share: float, draw: _Draw) -> Array:
    """One square of each image to ±ε, one sign for each channel; the other way round where that changes nothing."""
    _, c, h, w = x.shape
    s = int(np.clip(round(np.sqrt(share * h * w)), 1, min(h, w)))
    inside, signs = _window(h, w, s, draw)[:, None], draw.signs(c, 1, 1)
    one, other = (
        _inside(np.where(inside, x0 + way * radius * signs, x), x0, "linf", radius, bounds) for way in (1, -1)
    )
    idle = (one == x).all(axis=(1, 2, 3), keepdims=True)
    return np.where(idle, other, one)


def _tiles(x0: Array, radius: np.float32, draw: _Draw) -> Array:
    """A grid of five by five bumps of random sign."""
    _, c, h, w = x0.shape
    s = max(min(h, w) // 5, 1)
    delta = np.zeros(x0.shape)
    bump = _bump(s)
    for i in range((h % s) // 2, h - s + 1, s):
        for j in range((w % s) // 2, w - s + 1, s):
            delta[:, :, i : i + s, j : j + s] = _turned(bump, draw)[:, None] * draw.signs(c, 1, 1)
    return _scaled(x0, delta, radius)


def _shift(x: Array, x0: Array, radius: np.float32, bounds: tuple[float, float], share: float, draw: _Draw) -> Array:
    """Move the distance spent in one square, and what is still unspent, into another one as a bump."""
    _, c, h, w = x.shape
    s = int(np.clip(round(np.sqrt(share * h * w)), min(3, h, w), min(h, w)))
    delta = x.astype(np.float64) - x0
    into, out_of = _cells(h, w, s, draw), _cells(h, w, s, draw)
    total = (delta**2).sum(axis=(1, 2, 3))
    here = _at(delta, into)
    old = here / (np.sqrt((here**2).sum(axis=(2, 3), keepdims=True)) + 1e-12)
    _put(delta, into, 0.0)
    _put(delta, out_of, 0.0)
    unspent = np.clip(float(radius) ** 2 - total, 0, None)
    spent = total - (delta**2).sum(axis=(1, 2, 3))
    new = _turned(_bump(s), draw)[:, None] * draw.signs(c, 1, 1) + old
    new /= np.sqrt((new**2).sum(axis=(2, 3), keepdims=True)) + 1e-12
    new *= np.sqrt((unspent + spent) / c)[:, None, None, None]
    _put(delta, into, new)
    return _inside(_scaled(x0, delta, radius), x0, "l2", radius, bounds)


def _bump(s: int) -> Floats:
    """s×s: two hills of opposite sign, each falling off from its centre, of unit length together."""
    half = [_hill(s // 2, s), -_hill(s - s // 2, s)]
    both = np.concatenate(half)
    return np.asarray(both / (np.linalg.norm(both) + 1e-12))


def _hill(rows: int, columns: int) -> Floats:
    hill = np.zeros((rows, columns))
    i, j = rows // 2, columns // 2
    for k in range(max(i, j) + 1):
        hill[max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1] += 1 / (k + 1) ** 2
    return np.asarray(hill / (np.linalg.norm(hill) + 1e-12))


def _turned(bump: Floats, draw: _Draw) -> Floats:
    """A copy a row, each lying or standing by chance."""
    return np.where((draw.uniform() < 0.5)[:, None, None], bump, bump.T)


def _window(h: int, w: int, s: int, draw: _Draw) -> NDArray[np.bool_]:
    """n×h×w: one s×s square a row, anywhere."""
    top, left = draw.below(h - s + 1)[:, None], draw.below(w - s + 1)[:, None]
    i, j = np.arange(h), np.arange(w)
    inside: NDArray[np.bool_] = ((i >= top) & (i < top + s))[:, :, None] & ((j >= left) & (j < left + s))[:, None]
    return inside


Cells = tuple[Rows, Rows, Rows]


def _cells(h: int, w: int, s: int, draw: _Draw) -> Cells:
    """One s×s square a row, anywhere, as indices of example, line and column."""
    top, left, k = draw.below(h - s + 1), draw.below(w - s + 1), np.arange(s)
    return np.arange(len(top))[:, None, None], (top[:, None] + k)[:, :, None], (left[:, None] + k)[:, None, :]


def _at(delta: Floats, cells: Cells) -> Floats:
    i, j, k = cells
    return np.asarray(np.moveaxis(delta[i, :, j, k], -1, 1))


def _put(delta: Floats, cells: Cells, values: Floats | float) -> None:
    i, j, k = cells
    delta[i, :, j, k] = np.moveaxis(values, 1, -1) if isinstance(values, np.ndarray) else values


def _scaled(x0: Array, delta: Floats, radius: np.float32) -> Array:
    length = np.sqrt((delta**2).sum(axis=(1, 2, 3), keepdims=True)) + 1e-12
    return np.asarray(x0 + delta / length * radius, np.float32)
