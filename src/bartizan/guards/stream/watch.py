"""Alarms: a detector for each account and the threshold above which it is suspected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import UsageError

from .detector import NOTHING, Detector, Flat
from .traffic import Traffic

Make = Callable[[], Detector]


@dataclass(frozen=True)
class Alarm:
    """account; queries: how many it had sent; time; suspicion: above the threshold."""

    account: int
    queries: int
    time: float
    suspicion: float


class StreamWatch:
    """Fed with queries as they come, keeps a detector of `make` for each account and raises alarms."""

    def __init__(self, make: Make, threshold: float) -> None:
        self.make, self.threshold = make, threshold
        self._detectors: dict[int, Detector] = {}
        self._counts: dict[int, int] = {}

    def feed(self, account: int, x: Flat, label: int, time: float) -> Alarm | None:
        """An alarm if the account is suspected after this query (an input of any shape, answered with `label`)."""
        detector = self._detectors.setdefault(account, self.make())
        self._counts[account] = self._counts.get(account, 0) + 1
        suspicion = detector.suspicion(np.asarray(x, np.float32).ravel(), int(label), float(time))
        if suspicion <= self.threshold:
            return None
        return Alarm(account, self._counts[account], time, suspicion)


def replay(make: Make, threshold: float, traffic: Traffic) -> dict[int, Alarm]:
    """The first alarm of each account that raised one, as a `StreamWatch` raises it."""
    found = {int(a): _first(make, threshold, traffic, int(a)) for a in dict.fromkeys(traffic.accounts.tolist())}
    return {account: alarm for account, alarm in found.items() if alarm is not None}


def _first(make: Make, threshold: float, traffic: Traffic, account: int) -> Alarm | None:
    own = traffic.take(np.flatnonzero(traffic.accounts == account))
    suspicions = _suspicions(make, own)
    above = np.flatnonzero(suspicions > threshold)
    if not len(above):
        return None
    i = int(above[0])
    return Alarm(account, i + 1, float(own.times[i]), float(suspicions[i]))


def _suspicions(make: Make, traffic: Traffic) -> NDArray[np.float64]:
    flat = np.ascontiguousarray(traffic.x, np.float32).reshape(len(traffic), -1)
    return make().suspicions(flat, traffic.labels, traffic.times)


def highest(make: Make, traffic: Traffic) -> float:
    """The highest suspicion that one account's traffic ever raises."""
    return float(_suspicions(make, traffic).max(initial=NOTHING))


def calibrated(make: Make, benign: Sequence[Traffic], false_alarms: float) -> float:
    """The threshold that a further benign account exceeds with probability at most `false_alarms`.

    An order statistic of the accounts' highest suspicions: exact whatever their distribution, if they are exchangeable.
    Raises `UsageError` with fewer than 1 / false_alarms − 1 accounts.
    """
    least = int(np.ceil(1 / false_alarms - 1 - 1e-9)) if 0 < false_alarms < 1 else 0
    if not 0 < false_alarms < 1 or len(benign) < least:
        raise UsageError(
            f"{len(benign)} benign accounts cannot tell a threshold with a false-alarm rate of {false_alarms:g}; "
            f"give a rate between 0 and 1 and at least {max(least, 1)} accounts"
        )
    scores = np.sort([highest(make, t) for t in benign])
    allowed = int(np.floor(false_alarms * (len(scores) + 1) + 1e-9))
    return float(scores[len(scores) - allowed])
