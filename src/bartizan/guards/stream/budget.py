"""How much an account asks."""

from __future__ import annotations

from collections import deque

from .detector import Detector, Flat


class QueryBudget(Detector):
    """Queries within the last `window` seconds, this one included."""

    name = "query budget"

    def __init__(self, window: float = 86_400.0) -> None:
        self.window = window
        self._times: deque[float] = deque()

    def suspicion(self, x: Flat, label: int, time: float) -> float:
        self._times.append(time)
        while self._times[0] <= time - self.window:
            self._times.popleft()
        return float(len(self._times))
