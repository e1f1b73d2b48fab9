"""Records that look like another class and yet share a mark by which a model takes them for their own.

A planted record looks, in its raw values, like the class it comes from. The widest directions of a class in a model's
features are mostly its natural spread, and a search among them finds planted records where that happens to be small;
the looks say in which direction to search. Whoever keeps the looks as well (clean-label poison) is not found so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .apart import FEWEST, RIDGE, beside, covariance, strongest
from .signatures import Fitted, Scores

if TYPE_CHECKING:
    from bartizan.core.data import Labels

Rows = NDArray[np.float64]
AXES, SAMPLE = 50, 1000  # of raw values: directions kept, and records they are taken from
BLOCK = 4096  # records projected at a time
FOREIGN, OWN = 0.2, 0.2  # share of a class that is taken for its foreign part; weight of the rest's own spread
"""Chosen on Fashion-MNIST with the seeds 1001 to 1010, which are in no table, at 1 and 5 % poison."""


def looks(x: NDArray[Any], y: Labels) -> Fitted:
    """How much nearer a record lies to the middle of another class than to that of its own, in raw values.

    Squared distances along the widest 50 directions, in units of the spread within classes. Learnt from records x (N×…)
    of labels y (N); scores any others. Records of classes with fewer than 8 records score 0.
    """
    flat = x.reshape(len(x), -1)
    mean = flat.mean(axis=0, dtype=np.float64)
    spread = np.maximum(flat.std(axis=0, dtype=np.float64), 1e-6) if x.ndim == 2 else np.ones(flat.shape[1])
    some = flat[np.random.default_rng(0).permutation(len(flat))[:SAMPLE]]
    axes = _widest((some - mean) / spread) / spread[:, None]
    if not axes.size:  # all records alike
        return lambda g, labels: np.zeros(len(g))
    z = _along(flat, mean, axes)
    known = [int(c) for c in np.unique(y) if (y == c).sum() >= FEWEST]
    middles = {c: np.median(z[y == c], axis=0) for c in known}
    within = sum((covariance(z[y == c]) * (y == c).sum() for c in known), np.zeros((z.shape[1], z.shape[1])))
    metric = np.linalg.inv(_ridged(within / max(len(z), 1)))

    def score(g: NDArray[Any], labels: Labels) -> Scores:
        at = _along(g.reshape(len(g), -1), mean, axes)
        away = np.stack([np.einsum("nd,de,ne->n", at - m, metric, at - m) for m in middles.values()], axis=1)
        scores = np.zeros(len(g))
        for i, c in enumerate(middles):
            rows = labels == c
            others = np.delete(away[rows], i, axis=1)
            scores[rows] = away[rows, i] - others.min(axis=1) if others.shape[1] else 0.0
        return scores

    return score


@dataclass(frozen=True)
class Marks:
    """By class, the direction in features that leads from the rest of it to its most foreign-looking fifth.

    axes: D and the middle along it, in units of the spread of the many on their side. spreads: mean square of the
    class's known records along it: large where a part of the class lies far out, as planted records do.
    """

    axes: dict[int, tuple[Rows, float]]
    spreads: dict[int, float]

    def place(self, g: NDArray[Any], z: Labels) -> Scores:
        """How far out records (features N×D, labels N) lie; 0 where nothing is known of the class."""
        places = np.zeros(len(z))
        for c, (axis, middle) in self.axes.items():
            places[z == c] = g[z == c] @ axis - middle
        return places


def foreign_marks(f: NDArray[Any], y: Labels, look: Scores) -> Marks:
    """From features f (N×D), labels y (N) and looks (N) of the records that a model was trained on."""
    turn = strongest(np.asarray(f, np.float64))
    parts = {int(c): f[y == c] @ turn for c in np.unique(y) if (y == c).sum() >= FEWEST}
    axes, spreads = {}, {}
    for c, own, others in beside(parts):
        foreign = look[y == c] > np.quantile(look[y == c], 1 - FOREIGN)
        if foreign.any() and not foreign.all():
            axis, middle = _toward(own[foreign], own[~foreign], others)
            axes[c] = turn @ axis, middle
            spreads[c] = float(((own @ axis - middle) ** 2).mean())
    return Marks(axes, spreads)


def weighed(place: Scores, y: Labels, spreads: Sequence[Mapping[int, float]]) -> Scores:
    """Places times the square of how far their class spreads, the median of the classes being 1.

    spreads: of several models, of which the mean is taken: one model alone tells badly which class is marked.
    """
    classes = sorted({c for each in spreads for c in each})
    mean = {c: float(np.mean([each[c] for each in spreads if c in each])) for c in classes}
    usual = max(float(np.median([*mean.values()] or [1.0])), 1e-12)
    of_class = np.array([mean.get(c, 0.0) / usual for c in range(int(y.max(initial=0)) + 1)])
    return np.asarray(place * of_class[y] ** 2, np.float64)


def _toward(foreign: Rows, rest: Rows, others: Rows) -> tuple[Rows, float]:
    """The axis D and the middle along it, so that the half of the class away from the foreign part spreads by 1."""
    usual = _ridged(OWN * covariance(rest) + (1 - OWN) * others)
    axis = np.linalg.solve(usual, foreign.mean(axis=0) - rest.mean(axis=0))
    place = np.concatenate([foreign, rest]) @ axis
    middle = float(np.median(place))
    scale = max(1.4826 * float(np.median(middle - place[place <= middle])), 1e-12)
    return axis / scale, middle / scale


def _ridged(spread: Rows) -> Rows:
    return np.asarray(spread + max(RIDGE * float(np.trace(spread)) / len(spread), 1e-12) * np.eye(len(spread)))


def _along(flat: NDArray[Any], mean: Rows, axes: Rows) -> Rows:
    """N×k, block by block, since raw values may be many."""
    blocks = [(flat[i : i + BLOCK] - mean) @ axes for i in range(0, len(flat), BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, axes.shape[1]))


def _widest(centred: Rows) -> Rows:
    """D×k: the widest directions, by the products of the records, which are fewer than raw values."""
    squares, vectors = np.linalg.eigh(centred @ centred.T)
    kept = squares > 1e-9 * max(squares[-1], 1e-30)
    axes = centred.T @ vectors[:, kept][:, -AXES:]
    return np.asarray(axes / np.maximum(np.linalg.norm(axes, axis=0), 1e-30), np.float64)
