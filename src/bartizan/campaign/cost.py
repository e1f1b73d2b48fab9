"""What a defence costs, measured on the same test data in the same process: accuracy, precision, recall, latency."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Measured, Measurement
from bartizan.core.data import Array, Data
from bartizan.core.target import Target
from bartizan.numerics.classwise import precision_recall
from bartizan.numerics.intervals import clopper_pearson

Classes = tuple[int, ...]

ROUNDS, CALLS = 6, 20


def compare(before: Target, after: Target, test: Data, positive: Classes) -> tuple[Measured, dict[str, Any]]:
    """Measurements of both targets on `test` (`at` says which), and clock readings of their latency in seconds."""
    measurements: list[Measurement] = []
    targets = {"before": before, "after": after}
    for name, target in targets.items():
        measurements += _quality(_labels(target, test), test, positive, name)
    return Measured(tuple(measurements)), {f"latency_{n}": found for n, found in _latencies(targets, test).items()}


def _quality(predicted: NDArray[np.int64], test: Data, positive: Classes, when: str) -> list[Measurement]:
    right = predicted == test.y
    found = [_share("accuracy", int(right.sum()), len(test), {"when": when})]
    for c in positive:
        at: dict[str, float | int | str] = {"when": when, "class": c}
        precision, recall = precision_recall(test.y == c, predicted == c)
        found += [_share("precision", *precision, at), _share("recall", *recall, at)]
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


def _latencies(targets: dict[str, Target], test: Data) -> dict[str, dict[str, float]]:
    """Seconds for one input of each target, asked in turn, so that what else the machine does slows all of them alike.

    `p50` and `p95` over all calls; `_low` and `_high` the least and the greatest over rounds: differences within them
    are noise.
    """
    readings: dict[str, list[list[float]]] = {name: [] for name in targets}
    for r in range(-1, ROUNDS):
        for name, target in targets.items():
            seconds = [_seconds(target, test.x[i % len(test)][None]) for i in range(CALLS)]
            if r >= 0:  # the first round warms up
                readings[name].append(seconds)
    return {name: _spread(np.array(found)) for name, found in readings.items()}


def _seconds(target: Target, x: Array) -> float:
    began = time.perf_counter()
    target.scores(x)
    return time.perf_counter() - began


def _spread(seconds: NDArray[np.float64]) -> dict[str, float]:
    """Of rounds × calls."""
    found: dict[str, float] = {}
    for name, q in (("p50", 0.5), ("p95", 0.95)):
        rounds = np.quantile(seconds, q, axis=1)
        found |= {name: float(np.quantile(seconds, q)), f"{name}_low": float(rounds.min())}
        found[f"{name}_high"] = float(rounds.max())
    return found
