"""Judging chance faults in memory: how often so many ruin the model, and how many it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Measured, Measurement
from bartizan.core.data import Roles
from bartizan.core.target import Target
from bartizan.numerics.faults import Memory
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.levels import STUDENT
from bartizan.numerics.seeds import child
from bartizan.numerics.survival import kaplan_meier

PATTERN = "pattern of faults"
Drops = NDArray[np.float64]


def judge_faults(subject: Target, roles: Roles, params: Any, seed: int) -> Measured:
    """`fault_failure` (the harm): the share of patterns of `bits` faults at which `goal_drop` of the accuracy is lost;
    `random_fault_drop` at 1, 2, 4 … bits, the mean over sequences; and `bits_to_failure`, their median, where half of
    the sequences come to it within `most`.

    The unit of `tries` and `size` is a sequence, which grows until it fails.
    """
    memory = Memory(subject, roles.probe, params.representation)
    right = float(memory.right(memory.at_random(0, seed)).mean())
    lost = np.array([_lost(memory, right, params.bits, child(seed, "pattern", i)) for i in range(params.patterns)])
    failed = lost >= params.goal_drop - 1e-9
    counts = doubled(params.most)
    drops = np.array([_growing(memory, right, counts, child(seed, "sequence", s)) for s in range(params.sequences)])
    over = drops >= params.goal_drop - 1e-9
    reached = over.any(axis=1)
    tries = np.where(reached, np.array(counts)[over.argmax(axis=1)], counts[-1]).astype(np.int64)
    at: dict[str, float | int | str] = {"condition": params.condition, "representation": params.representation}
    rows = [_failures(failed, {**at, "bits": params.bits})]
    rows += [_mean(drops[:, i], {**at, "bits": n}, len(roles.probe)) for i, n in reversed(list(enumerate(counts)))]
    arrays: dict[str, NDArray[np.generic]] = {
        "reached": reached, "tries": tries, "size": np.where(reached, tries, np.inf),
        "fault_bits": np.array(counts, np.int64), "fault_drop": drops,
    }  # fmt: skip
    return Measured((*rows, *_median(tries, reached, at)), arrays, memory.flags, tries_unit="bits", size_unit="bits")


def doubled(most: int) -> list[int]:
    """1, 2, 4 … and `most`."""
    return sorted({*(2**i for i in range(most.bit_length()) if 2**i < most), most})


def _lost(memory: Memory, right: float, bits: int, seed: int) -> float:
    return right - float(memory.right(memory.at_random(bits, seed)).mean())


def _growing(memory: Memory, right: float, counts: list[int], seed: int) -> list[float]:
    """Accuracy lost to the first flips of one sequence, by their number."""
    flips = memory.at_random(counts[-1], seed)
    return [right - float(memory.right(flips[:n]).mean()) for n in counts]


def _failures(failed: NDArray[np.bool_], at: dict[str, float | int | str]) -> Measurement:
    k, n = int(failed.sum()), len(failed)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand="fault_failure", unit=PATTERN, n=n, method="Clopper–Pearson 95 %", value=k / n, low=low, high=high,
        at=at,
    )  # fmt: skip


def _mean(drops: Drops, at: dict[str, float | int | str], probes: int) -> Measurement:
    low, high = mean_interval(drops, resolution=1 / max(probes, 1))
    method = f"{STUDENT} over sequences of random flips, 95 %"
    return Measurement(
        estimand="random_fault_drop", unit="sequence of faults", n=len(drops), method=method,
        value=float(drops.mean()), low=low, high=high, at=at,
    )  # fmt: skip


def _median(
    tries: NDArray[np.int64], reached: NDArray[np.bool_], at: dict[str, float | int | str]
) -> list[Measurement]:
    """Where half of the sequences fail; an upper end beyond the most that was tried is said to be the most."""
    most = float(tries.max())
    median, low, high = kaplan_meier(tries.astype(np.float64), reached, budget=most).median
    if median is None or not np.isfinite(median):
        return []
    ends = [most if end is None or not np.isfinite(end) else float(end) for end in (low, high)]
    return [
        Measurement(
            estimand="bits_to_failure", unit="sequence of faults", n=len(tries), method="Kaplan–Meier median, 95 %",
            value=float(median), low=ends[0], high=ends[1], at=at,
        )
    ]  # fmt: skip
