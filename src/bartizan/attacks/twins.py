"""What referees share that retrain a victim: poisoned models beside clean twins of the same seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measurement
from bartizan.core.data import Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.levels import STUDENT
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.poison import poisoned

Hits = NDArray[np.bool_]
POOR = 0.05


def train_all(subject: Target, roles: Roles, artifact: Artifact, seeds: Iterable[int], records: int) -> list[Target]:
    """One victim a seed, trained on the writable set with the first `records` changes of the artifact made."""
    x, y = poisoned(roles.writable, artifact.arrays, records)
    return subject.retrain_all(x, y, seeds=tuple(seeds))


def doses_of(artifact: Artifact) -> list[int]:
    """Numbers of poisoned records to measure, ascending; those the artifact cannot fill are left out, 0 if all are."""
    return sorted(int(d) for d in artifact.arrays["doses"] if d <= len(artifact.arrays["index"])) or [0]


def alike(answers: NDArray[np.generic]) -> bool:
    """Whether all seeds (rows) gave the same answers, so that they are one training and not several."""
    return bool((answers == answers[0]).all())


def goal_reached(reached: Hits, records: int) -> Measurement:
    """Share of retraining seeds at which the adversary had its way."""
    k, n = int(reached.sum()), len(reached)
    return _measured("goal_reached", "retraining seed", n, "Clopper-Pearson", (k / n, *clopper_pearson(k, n)), records)


def mean_over_seeds(
    estimand: str, first: Hits, second: Hits, records: int, *, unit: str, fixed: bool = False
) -> Measurement:
    """How much more often `first` is true than `second` (both seeds × probes), the mean over retrainings of one seed.

    fixed: the training gives the same model whatever its seed. Then there is one difference, and what is left to
    chance is the choice of probes.
    """
    n = first.shape[1]
    if fixed and len(first) > 1:
        value, low, high = paired_difference(first[0], second[0])
        method = "Newcombe's paired interval, 95 %; the training does not depend on its seed"
        return _measured(estimand, unit, n, method, (value, low, high), records)
    gains = first.mean(axis=1) - second.mean(axis=1) if n else np.zeros(len(first))
    low, high = mean_interval(gains, resolution=1 / max(n, 1))
    method = f"{STUDENT} over retraining seeds, paired with clean twins, 95 %"
    return _measured(estimand, "retraining seed", len(first), method, (float(gains.mean()), low, high), records)


def _measured(
    estimand: str, unit: str, n: int, method: str, found: tuple[float, float, float], records: int
) -> Measurement:
    value, low, high = found
    return Measurement(
        estimand=estimand, unit=unit, n=n, method=method, value=value, low=low, high=high, at={"records": records}
    )


def doubts(
    subject: Target, roles: Roles, answers: Mapping[int, Labels], elsewhere: Mapping[int, Labels] | None = None
) -> list[Flag]:
    """Flags on the training function. answers: classes the models give at each dose (0: the twins), seeds × probes.

    elsewhere: the same on other inputs, on which the poison may show although no probe does.
    """
    flags, twins, most = [], answers[0], max(answers)
    asked, clean = (float((said == roles.probe.y).mean()) for said in (subject.labels(roles.probe.x), twins))
    if asked - clean > POOR:
        detail = f"models retrained on clean data reach {clean:.1%} where the deployed one reaches {asked:.1%}"
        flags.append(Flag(id="clean_twin_poor", detail=detail))
    if len(twins) > 1 and alike(twins):
        detail = f"{len(twins)} trainings with different seeds gave the same answers; they count as one"
        flags.append(Flag(id="retraining_ignores_seed", detail=detail))
    same = all(bool((said[most] == said[0]).all()) for said in (answers, elsewhere or answers))
    if most and most >= len(roles.writable) / 100 and same:
        detail = f"{most} poisoned records changed no answer at all: the training function may not use its data"
        flags.append(Flag(id="retraining_ignores_data", detail=detail))
    return flags


def smallest_dose(reached: Mapping[int, Hits], writable: int) -> dict[str, NDArray[np.generic]]:
    """Per seed `reached`, `tries` (smallest dose that did it, else the largest) and `size` (its share of the set)."""
    doses = sorted(reached, reverse=True)
    done = np.logical_or.reduce([reached[d] for d in doses])
    tries = np.full(len(done), doses[0], np.int64)
    for d in doses:
        tries[reached[d]] = d
    return {"reached": done, "tries": tries, "size": np.where(done, tries / max(writable, 1), np.inf)}
