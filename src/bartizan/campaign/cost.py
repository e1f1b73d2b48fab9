"""What a defence costs, measured on the same test data in the same process: accuracy, precision, recall, latency."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Measured, Measurement
from bartizan.core.data import Data
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson

Classes = tuple[int, ...]


def compare(before: Target, after: Target, test: Data, positive: Classes) -> tuple[Measured, dict[str, Any]]:
    """Measurements of both targets on `test` (`at` says which), and clock readings of their latency in seconds."""
    measurements: list[Measurement] = []
    clock: dict[str, Any] = {}
    for name, target in (("before", before), ("after", after)):
        predicted = _labels(target, test)
        measurements += _quality(predicted, test, positive, name)
        clock[f"latency_{name}"] = _latency(target, test)
    return Measured(tuple(measurements)), clock


def _quality(predicted: NDArray[np.int64], test: Data, positive: Classes, when: str) -> list[Measurement]:
    right = predicted == test.y
    found = [_share("accuracy", int(right.sum()), len(test), {"when": when})]
    for c in positive:
        hit = int((right & (test.y == c)).sum())
        at: dict[str, float | int | str] = {"when": when, "class": c}
        found.append(_share("precision", hit, int((predicted == c).sum()), at))
        found.append(_share("recall", hit, int((test.y == c).sum()), at))
    return found


def _share(estimand: str, k: int, n: int, at: dict[str, float | int | str]) -> Measurement:
    low, high = clopper_pearson(k, n) if n else (0.0, 1.0)
    value = k / n if n else 0.0
    return Measurement(
        estimand=estimand, unit="share", n=n, method="Clopper–Pearson 95 %", value=value, low=low, high=high, at=at
    )


def _labels(target: Target, test: Data, batch: int = 256) -> NDArray[np.int64]:
    parts = [target.labels(test.x[i : i + batch]) for i in range(0, len(test), batch)]
    return np.concatenate(parts)


def _latency(target: Target, test: Data, times: int = 60) -> dict[str, float]:
    """Seconds for one input, over `times` single calls after a warm-up."""
    readings = []
    for i in range(times + 5):
        x = test.x[i % len(test)][None]
        began = time.perf_counter()
        target.scores(x)
        readings.append(time.perf_counter() - began)
    p50, p95 = np.quantile(readings[5:], [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95)}
