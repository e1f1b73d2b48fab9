"""What a reconstruction is worth: beside the truth, and beside a guess by somebody who saw nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.pictures import matched, mean_squares, psnr, ssim

Sizes = NDArray[np.float64]


@dataclass(frozen=True)
class Recovered:
    """psnr, ssim: of each true record (N) with the reconstruction that is its; ssim is NaN for anything but images.
    baseline_psnr: of the mean of its class among records the attacker owns. gain: mean of psnr − baseline_psnr in
    decibels, with its 95 % interval over records. closer: share of the records whose reconstruction is nearer to them
    than any record the attacker owns, with its exact interval: those are the ones given away. nearer: which ones; best:
    the reconstruction of each record, or the mean of its class where none is left for it."""

    psnr: Sizes
    ssim: Sizes
    baseline_psnr: Sizes
    gain: tuple[float, float, float]
    closer: tuple[float, float, float]
    nearer: NDArray[np.bool_]
    best: Array


def recovered(found: Array, x: Array, y: Labels, own_x: Array, own_y: Labels, span: float = 1.0) -> Recovered:
    """Compare reconstructions `found` (M×…) with the records `x` (N×…) of classes `y`, and with what is known without
    any gradient: records `own_x`, `own_y` of the attacker's. span: highest less lowest value of an input.

    Raises `DataError` where the attacker owns the very records, or none of a class.
    """
    nearest = mean_squares(x, own_x).min(axis=1)
    if (nearest <= 0).any():
        raise DataError(f"{int((nearest <= 0).sum())} of {len(x)} records are the attacker's own; keep them apart")
    means = _class_means(y, own_x, own_y)
    place = matched(found, x)
    best = np.where((place >= 0).reshape(-1, *[1] * (x.ndim - 1)), found[place], means).astype(np.float32)
    got, guessed = psnr(best, x, span), psnr(means, x, span)
    like = ssim(best, x, span) if x.ndim == 4 else np.full(len(x), np.nan)
    nearer = ((best.astype(np.float64) - x) ** 2).reshape(len(x), -1).mean(axis=1) < nearest
    gains, k = got - guessed, int(nearer.sum())
    ends = mean_interval(gains, bounds=(-200.0, 200.0))
    share = (k / len(x), *clopper_pearson(k, len(x)))
    return Recovered(got, like, guessed, (float(gains.mean()), *ends), share, nearer, best)


def _class_means(y: Labels, own_x: Array, own_y: Labels) -> Array:
    lacking = sorted(set(y.tolist()) - set(own_y.tolist()))
    if lacking:
        raise DataError(f"the attacker owns no record of class {lacking[0]}, so there is nothing to compare with")
    means = {c: own_x[own_y == c].mean(axis=0) for c in set(y.tolist())}
    return np.stack([means[c] for c in y.tolist()]).astype(np.float32)
