"""What a detector of the query stream must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

Flat = NDArray[np.float32]
NOTHING = float("-inf")
"""The suspicion while there is too little to go by."""


class Detector(ABC):
    """Looks at the queries of one account, one after the other, and keeps what it needs of them."""

    name: str

    @abstractmethod
    def suspicion(self, x: Flat, label: int, time: float) -> float:
        """How suspicious the account is after this query: a flat input, the class it was answered with, and seconds.

        High is suspicious; `NOTHING` while nothing can be said.
        """

    def suspicions(self, x: Flat, labels: NDArray[np.int64], times: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same after each of N×D queries of a whole stream, for a detector that has seen nothing yet.

        Overridden where the whole is quicker reckoned at once; up to rounding it must come to the same.
        """
        rows = zip(x, labels, times, strict=True)
        return np.array([self.suspicion(row, int(y), float(t)) for row, y, t in rows], np.float64)
