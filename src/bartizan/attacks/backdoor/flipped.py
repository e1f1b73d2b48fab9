"""Judging bit flips: made again on a copy of the weights, beside as many random ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.core.target import Target
from bartizan.numerics.bits import Representation
from bartizan.numerics.faults import Memory
from bartizan.numerics.intervals import mean_interval
from bartizan.numerics.levels import STUDENT
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.seeds import child


def judge_flips(subject: Target, roles: Roles, artifact: Artifact, params: Any, seed: int) -> Measured:
    """At each {"bits"}, the most first: `accuracy_drop` (the harm) against the same representation unflipped, and
    `random_fault_drop`, that of as many random flips, the mean over `faults` patterns.

    The one unit of `reached` and `tries` is the model: bits until `goal_drop` of its accuracy is lost.
    """
    kind: Representation = params.representation
    flips = np.stack([np.asarray(artifact.arrays[n], np.int64) for n in ("tensor", "element", "bit")], axis=1)
    flips = flips[: params.bits]
    memory = Memory(subject, roles.probe, kind)
    right = [memory.right(flips[:n]) for n in range(len(flips) + 1)]
    drops = np.array([right[0].mean() - r.mean() for r in right])
    rows: list[Measurement] = []
    for n in sorted({*np.unique(np.geomspace(1, max(len(flips), 1), 6).astype(int)).tolist()}, reverse=True):
        n = min(n, len(flips))
        rows.append(_paired(right[0], right[n], n))
        rows.append(_random(memory, right[0], n, params.faults, seed))
    over = np.flatnonzero(drops >= params.goal_drop - 1e-9)
    reached = np.array([bool(len(over))])
    tries = np.array([int(over[0]) if len(over) else max(len(flips), 1)], np.int64)
    arrays: dict[str, NDArray[np.generic]] = {"reached": reached, "tries": tries, "flip_drop": drops}
    return Measured(tuple(rows), arrays, memory.flags, tries_unit="bits")


def _paired(before: NDArray[np.bool_], after: NDArray[np.bool_], n: int) -> Measurement:
    value, low, high = paired_difference(before, after)
    method = "Newcombe's paired interval, 95 %"
    return _row("accuracy_drop", "probe example", len(before), method, (value, low, high), n)


def _random(memory: Memory, before: NDArray[np.bool_], n: int, faults: int, seed: int) -> Measurement:
    """The mean over patterns of random flips, with Student's interval over patterns."""
    lost = np.array(
        [before.mean() - memory.right(memory.at_random(n, child(seed, "fault", i, n))).mean() for i in range(faults)]
    )
    low, high = mean_interval(lost, resolution=1 / max(len(before), 1))
    method = f"{STUDENT} over patterns of random flips, 95 %"
    return _row("random_fault_drop", "pattern of faults", faults, method, (float(lost.mean()), low, high), n)


def _row(estimand: str, unit: str, n: int, method: str, found: tuple[float, float, float], bits: int) -> Measurement:
    value, low, high = found
    return Measurement(
        estimand=estimand, unit=unit, n=n, method=method, value=value, low=low, high=high, at={"bits": bits}
    )
