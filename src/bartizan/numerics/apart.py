"""In which direction records of a class stand apart as those of other classes do not, and how far.

The widest direction of a class is mostly its natural spread, and planted records hide in it. So each class is seen in
units of how records spread within the others and in the larger part of the class itself, which is what SPECTRE
(Hayase et al. 2021) does with a robust covariance of the class alone; classes of some hundred records need the others'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bartizan.core.data import Labels

Rows = NDArray[np.float64]
FEWEST = 8  # records of a class below which nothing is said of it
MOST = 128  # columns beyond which features are cut to their strongest directions: the time grows with the cube
AXES = 3  # directions of a class that are kept
RIDGE = 0.1  # of the mean variance, added in every direction


@dataclass(frozen=True)
class Trimmed:
    """share: of the class set aside where it leans out. own: weight of what is left of the class. rounds: of both."""

    share: float
    own: float
    rounds: int


# Chosen on Fashion-MNIST with seeds that are in no table. Setting two fifths aside finds the direction also where a
# third of the class is planted; setting a tenth aside tells best which class has planted records at all.
DIRECTION, EVIDENCE = Trimmed(0.4, 0.5, 1), Trimmed(0.1, 0.8, 2)


@dataclass(frozen=True)
class Apart:
    """A class: its axes (D×3, the one that most stands out last, pointing to the fewer records) about the median.

    scale: spread along the last axis on the side of the many. weight: squared variance by which its records stand
    apart when few are set aside, 1 being usual among the classes.
    """

    centre: Rows
    axes: Rows
    scale: float
    weight: float


def apart(f: NDArray[Any], y: Labels) -> dict[int, Apart]:
    """By class, from features N×D and labels N; classes of fewer than 8 records are left out."""
    turn = strongest(np.asarray(f, np.float64))
    parts = {int(c): f[y == c] @ turn for c in np.unique(y) if (y == c).sum() >= FEWEST}
    found = {c: (_axes(own, others, DIRECTION), _axes(own, others, EVIDENCE)[1]) for c, own, others in beside(parts)}
    usual = max(float(np.median([e for _, e in found.values()] or [0.0])), 1e-12)
    return {c: _class(parts[c], axes, turn, (e / usual) ** 2) for c, ((axes, _), e) in found.items()}


def _class(own: Rows, axes: Rows, turn: Rows, weight: float) -> Apart:
    centre = np.median(own, axis=0)
    place = (own - centre) @ axes[:, -1]
    middle = float(np.median(place))
    scale = 1.4826 * float(np.median(middle - place[place <= middle]))
    axis = axes[:, -1]
    at = centre + axis * middle / max(float(axis @ axis), 1e-30)
    return Apart(turn @ at, turn @ axes, max(scale, 1e-9), weight)


def strongest(f: Rows) -> Rows:
    if f.shape[1] <= MOST:
        return np.eye(f.shape[1])
    return np.asarray(np.linalg.eigh(np.cov(f.T, bias=True))[1][:, -MOST:], np.float64)


def beside(parts: dict[int, Rows]) -> Iterator[tuple[int, Rows, Rows]]:
    """Each class with the covariance within all others; with its own where there is no other."""
    sums = {c: len(own) * covariance(own) for c, own in parts.items()}
    n, total = sum(map(len, parts.values())), sum(sums.values())
    for c, own in parts.items():
        yield c, own, (total - sums[c]) / (n - len(own)) if len(parts) > 1 else sums[c] / n


def _axes(own: Rows, others: Rows, how: Trimmed) -> tuple[Rows, float]:
    """D×3, the strongest last, and the variance along that one, both in units of the usual spread."""
    usual = others
    for done in range(how.rounds + 1):
        axes, most = _against(own, usual)
        place = own @ axes[:, -1]
        if ((place - place.mean()) ** 3).sum() < 0:
            axes, place = -axes, -place
        if done < how.rounds:
            kept = own[place <= np.quantile(place, 1 - how.share)]
            usual = how.own * covariance(kept) + (1 - how.own) * others
    return axes, most


def _against(own: Rows, usual: Rows) -> tuple[Rows, float]:
    ridge = max(RIDGE * float(np.trace(usual)) / len(usual), 1e-12)
    unit = np.linalg.inv(np.linalg.cholesky(usual + ridge * np.eye(len(usual)))).T
    values, vectors = np.linalg.eigh(unit.T @ covariance(own) @ unit)
    return np.asarray(unit @ vectors[:, -AXES:], np.float64), float(values[-1])


def covariance(rows: Rows) -> Rows:
    centred = rows - rows.mean(axis=0)
    return np.asarray(centred.T @ centred / len(rows), np.float64)
