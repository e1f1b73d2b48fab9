"""The width of the last hidden layer, and the last layer up to a change of basis, from the spectrum of the logits.

Logits z = W h(x) + b lie in a plane of as many dimensions as h has, if these are fewer than the classes. Carlini,
Paleka, Dvijotham and others, Stealing part of a production language model, ICML 2024, arXiv:2403.06634.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError

from .answers import Precise, Precision

GAP = 10.0
"""Singular values must drop by this factor from the last that is signal to the first that is rounding."""
ROUNDINGS = 30.0
"""Roundings that an answer may have gone through: what is below so many is not told from noise."""
ONCE = 1.0
"""The same of answers in half precision, if the network was computed in a higher one and they were rounded at the end.
If not, the spectrum has no gap, or all of it lies between the two."""


@dataclass(frozen=True)
class HiddenWidth:
    """outcome: `measured`; `not_applicable` where the answers fill all their dimensions, so that the layer is at least
    as wide; `inconclusive` where the spectrum has no gap. width: how many units (or independent mixtures of them) reach
    the last layer. last_layer: K×width, the last layer times some invertible matrix (None unless measured; of scores
    (K−1)×width, in differences to the first class). spectrum: singular values. gap: the drop at `width`.
    residual: share of fresh answers outside of the plane. said: all this in a sentence.
    """

    outcome: Literal["measured", "not_applicable", "inconclusive"]
    width: int | None
    last_layer: NDArray[np.float64] | None
    spectrum: NDArray[np.float64]
    gap: float
    residual: float
    queries: int
    said: str


def hidden_width(predict: Callable[..., Any], x: Any) -> HiddenWidth:
    """Ask `predict` (inputs N×… to logits or probabilities N×K) about each of `x`, at least 4 K of them.

    Float64 answers are used as they are; with float32, and more so with float16, weak units may drown in the rounding.
    Raises `UsageError` and
    its kin in one sentence.
    """
    inputs = np.asarray(x)
    if inputs.ndim < 2 or len(inputs) < 8:
        raise DataError(f"x has shape {inputs.shape}; give inputs N×…, at least four times as many as classes")
    ask = Precision(predict, inputs[:2])
    if len(inputs) < 4 * ask.classes:
        raise DataError(f"{len(inputs)} inputs are too few for {ask.classes} classes; give at least {4 * ask.classes}")
    z = ask(ask.sendable(inputs.reshape(len(inputs), -1).astype(np.float64)))
    fit, fresh = z[::2], z[1::2]
    centre = fit.mean(axis=0)
    _, s, axes = np.linalg.svd(fit - centre, full_matrices=False)
    return _read(s, axes, fresh - centre, ask)


def _read(s: Precise, axes: Precise, fresh: Precise, ask: Precision) -> HiddenWidth:
    n, most = len(fresh), len(s)
    rounding = ask.unit * max(float(np.abs(fresh).max()), 1.0) * (np.sqrt(n) + np.sqrt(most))
    width = int((s > (ONCE if ask.half else ROUNDINGS) * rounding).sum())
    sure = width < most or bool(s[-1] > ROUNDINGS * rounding)
    gap = float(s[width - 1] / max(s[width], np.finfo(np.float64).tiny)) if 0 < width < most else 1.0
    plane = axes[:width].T
    outside = np.linalg.norm(fresh - fresh @ plane @ plane.T) / max(float(np.linalg.norm(fresh)), 1e-300)
    outcome, said = _verdict(width, most, gap, sure, ask)
    measured = outcome == "measured"
    return HiddenWidth(
        outcome, width if measured else None, plane if measured else None, s, gap, float(outside), ask.queries, said
    )


def _verdict(width: int, most: int, gap: float, sure: bool, ask: Precision) -> tuple[Any, str]:
    if width == 0:
        return "inconclusive", "the answers do not depend on the input, or by less than their rounding"
    if not sure:
        return "inconclusive", f"the weakest of {most} dimensions of the answers is not told from their rounding"
    if width == most:
        return (
            "not_applicable",
            f"the answers fill all {most} dimensions they have: the last hidden layer has at least {most} units, and "
            "how many cannot be told from the logits of one input at a time",
        )
    if gap < GAP:
        return "inconclusive", f"the spectrum falls by a factor of {gap:.2g} after {width} values, which is no gap"
    return "measured", f"{width} units reach the last layer of {ask.classes} classes (a gap of {gap:.2g})"
