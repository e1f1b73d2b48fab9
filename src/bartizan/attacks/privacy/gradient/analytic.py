"""Records read straight off the gradient of a fully connected first layer.

The gradient of a neuron's weights is its input times the gradient of its bias. With one record the quotient is that
record; with several it is one of them wherever a neuron fired for that one alone.
Phong et al., Privacy-Preserving Deep Learning via Additively Homomorphic Encryption, IEEE TIFS 13 (2018) 1333–1345.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
SAME = 1e-3
"""Quotients closer than this share of their size are copies of one record."""
LOUD = 1e-6
"""Neurons whose bias moved less than this share of the largest movement say nothing."""


def quotients(weight: Rows, bias: Rows) -> Rows:
    """Candidate records, one for each neuron that moved. weight: gradient of the weights, H×D; bias: H."""
    size = np.abs(bias)
    loud = size > LOUD * max(float(size.max(initial=0.0)), 1e-30)
    return np.asarray(weight[loud] / bias[loud, None], np.float64)


def single(weight: Rows, bias: Rows) -> Rows:
    """The one record behind the gradient, 1×D: all neurons' quotients, each weighed by its square, which is the best
    that can be made of them where noise was added to the gradient."""
    return np.asarray((bias @ weight)[None] / max(float(bias @ bias), 1e-30), np.float64)


def likeliest(candidates: Rows, records: int, bounds: tuple[float, float]) -> Rows:
    """At most `records` of the candidates (J×D): those that several neurons agree on first, then those nearest to being
    valid inputs, each unlike all taken before."""
    low, high = bounds
    outside = (np.maximum(low - candidates, 0) + np.maximum(candidates - high, 0)).mean(axis=1)
    size = np.maximum(np.linalg.norm(candidates, axis=1), 1e-12)
    squares = (candidates**2).sum(1)[:, None] - 2 * candidates @ candidates.T + (candidates**2).sum(1)
    alike = np.sqrt(np.maximum(squares, 0)) < SAME * np.maximum(size[:, None], size)
    order = np.lexsort((outside, -(alike.sum(axis=1) > 1).astype(int)))
    taken: list[int] = []
    for i in order:
        if len(taken) < records and not any(alike[i, j] for j in taken):
            taken.append(int(i))
    return np.clip(candidates[taken], low, high)
