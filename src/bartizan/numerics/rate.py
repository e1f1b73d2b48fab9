"""A share with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import clopper_pearson


@dataclass(frozen=True)
class Rate:
    """A share of `n` with its exact 95 % interval (Clopper–Pearson)."""

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, hits: NDArray[np.bool_]) -> Rate:
        """The share of `hits`."""
        k, n = int(hits.sum()), len(hits)
        return cls(k / n if n else 0.0, *clopper_pearson(k, n), n)
