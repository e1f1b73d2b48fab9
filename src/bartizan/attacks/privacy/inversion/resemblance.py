"""Whether drawn pictures show records of the training set, or only what records of their class have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import DataError
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.pictures import mean_squares

Sizes = NDArray[np.float64]
Verdict = Literal["record", "class average", "undecided"]


@dataclass(frozen=True)
class Resemblance:
    """verdict: `record` where the pictures lie nearer to training records than to as many of the same classes that
    nobody trained on, and not nearer to the average; `class average` where the average is nearer than any record;
    else `undecided`.

    nearest_trained: share of the pictures whose nearest record, of trained and held-out ones in equal number, was
    trained on, with its exact interval; ½ where the model knows its classes and not its records.
    towards_average: mean over pictures of (distance to the nearest trained record − distance to the average of its
    class) / their sum, with its 95 % interval; above 0 the average is nearer. None where every class has one record.
    to_trained, to_held_out, to_average: root mean squared distances of each picture, N (∞ to the average of a class of
    one record); to_counted: to the nearest of the trained records that were set against those held out.
    """

    verdict: Verdict
    nearest_trained: tuple[float, float, float]
    towards_average: tuple[float, float, float] | None
    to_trained: Sizes
    to_held_out: Sizes
    to_average: Sizes
    to_counted: Sizes


def resemblance(
    pictures: Array, classes: Labels, x: Array, y: Labels, held_out_x: Array, held_out_y: Labels, *, seed: int = 0
) -> Resemblance:
    """Judge `pictures` (N×…) of `classes` (N), one a class where they are not independent, by the training set (x, y)
    and records of the same kind that were held out. Where none of a class were, those of all classes stand in.

    Raises `DataError` where a held-out record was trained on, or there is none of a class asked for.
    """
    _apart(x, y, held_out_x, held_out_y, classes)
    rng = np.random.default_rng(seed)
    rows = [_distances(p, c, x, y, held_out_x, held_out_y, rng) for p, c in zip(pictures, classes, strict=True)]
    trained, outside, average, equal = (np.array(column) for column in zip(*rows, strict=True))
    k = int((equal < outside).sum())
    share = (k / len(rows), *clopper_pearson(k, len(rows)))
    several = np.isfinite(average)
    towards = _towards(trained[several], average[several]) if several.any() else None
    return Resemblance(_verdict(share, towards), share, towards, trained, outside, average, equal)


def _distances(
    picture: Array, c: int, x: Array, y: Labels, out_x: Array, out_y: Labels, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """To the nearest trained record, to the nearest of as many held out, to the average (∞ where there is one record
    alone), and to the nearest of the trained ones that were counted against those held out."""
    own = x[y == c]
    others = out_x[out_y == c] if (out_y == c).any() else out_x
    n = min(len(own), len(others))
    to_own, to_others = (np.sqrt(mean_squares(picture[None], a)[0]) for a in (own, others))
    average = own.mean(axis=0, keepdims=True)
    far = float(np.sqrt(mean_squares(picture[None], average)[0, 0])) if len(own) > 1 else np.inf
    some, rest = (d[rng.permutation(len(d))[:n]].min() for d in (to_own, to_others))
    return float(to_own.min()), float(rest), far, float(some)


def _towards(trained: Sizes, average: Sizes) -> tuple[float, float, float]:
    share = (trained - average) / np.maximum(trained + average, 1e-12)
    return (float(share.mean()), *mean_interval(share))


def _verdict(share: tuple[float, float, float], towards: tuple[float, float, float] | None) -> Verdict:
    if towards is not None and towards[1] > 0:
        return "class average"
    if share[1] > 0.5 and (towards is None or towards[0] <= 0):
        return "record"
    return "undecided"


def _apart(x: Array, y: Labels, out_x: Array, out_y: Labels, classes: Labels) -> None:
    if len(x) != len(y) or len(out_x) != len(out_y) or not len(out_x):
        raise DataError(f"{len(x)} records with {len(y)} classes, {len(out_x)} held out with {len(out_y)}")
    shared = len(set(Data.of(x, y).contents()) & set(Data.of(out_x, out_y).contents()))
    if shared:
        raise DataError(f"{shared} held-out records were trained on; take them out of one of the two")
    lacking = sorted(set(classes.tolist()) - set(y.tolist()))
    if lacking:
        raise DataError(f"no record of class {lacking[0]} was trained on, so a picture of it resembles nothing")
