"""What a search for smallest changes amounts to, in the referee's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels

from .verdict import Reliability


@dataclass(frozen=True)
class MinimumNorm:
    """Sizes of the smallest misclassifying changes known of N examples; every array is in their order.

    sizes: in `norm`, reckoned in float64 (for l0 the number of values that differ); 0 where the example is wrong
    unchanged, ∞ where nothing was found. Each is an upper bound on the true distance. found: where sizes are finite;
    adversarial: the misclassified input, the example itself where none was found or needed.
    y: true classes; before, after: the model's classes of the examples and of `adversarial`.
    median, quartiles: of `sizes`; success: share of `found`. forwards, backwards: passes spent on each example, the
    referee's included. invalid: inputs that the referee refused.
    flags: doubts, each with a section in docs/flags.md; reliability: what they amount to.
    """

    norm: str
    n: int
    steps: int
    sizes: NDArray[np.float64]
    adversarial: Array
    found: NDArray[np.bool_]
    y: Labels
    before: Labels
    after: Labels
    median: float
    quartiles: tuple[float, float]
    success: float
    forwards: NDArray[np.int64]
    backwards: NDArray[np.int64]
    invalid: int
    flags: tuple[Flag, ...] = ()
    reliability: Reliability = "reliable"

    def robust_accuracy(self, eps: float) -> float:
        """Share of the examples for which no change of size `eps` or less is known: an upper bound on robustness."""
        return float((self.sizes > eps).mean())

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The sizes below which these shares of the examples fall."""
        return [quantile(self.sizes, share) for share in shares]


def quantile(sizes: NDArray[np.float64], share: float) -> float:
    """The least size that at least `share` of the examples do not exceed: always one of `sizes`, so ∞ does no harm."""
    rank = max(int(np.ceil(share * len(sizes))) - 1, 0)
    return float(np.sort(sizes)[rank])
