"""What referees share that retrain a victim: poisoned models beside clean twins of the same seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measurement
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.levels import STUDENT
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.poison import poisoned

Hits = NDArray[np.bool_]
POOR = 0.05
NO_ANSWER = -1


def train_all(
    subject: Target, roles: Roles, artifact: Artifact, seeds: Iterable[int], records: int
) -> list[Target | None]:
    """One victim a seed, trained on the writable set with the first `records` changes of the artifact made; None where
    the poison broke the training. Raises `ModelError` where the training breaks without poison."""
    x, y = poisoned(roles.writable, artifact.arrays, records)
    try:
        return list(subject.retrain_all(x, y, seeds=tuple(seeds)))
    except ModelError:
        if not records:
            raise
        return [_trained(subject, x, y, s) for s in seeds]


def _trained(subject: Target, x: Array, y: Labels, seed: int) -> Target | None:
    try:
        return subject.retrain(x, y, seed=seed)
    except ModelError:
        return None


def answers_of(models: Iterable[Target | None], x: Array, *, clean: bool) -> Labels:
    """The classes that the models give `x`, seeds × probes; −1, which is none, where a training did not end in a model
    that answers. Raises `ModelError` where that befalls one trained on `clean` data."""
    rows = []
    for model in models:
        try:
            rows.append(np.full(len(x), NO_ANSWER) if model is None else model.labels(x))
        except ModelError as error:
            if clean:
                raise ModelError(
                    f"a model trained anew on clean data does not answer ({error}), so there is nothing to compare "
                    "poisoned ones with; mend the training function until `bartizan doctor` is content with it"
                ) from error
            rows.append(np.full(len(x), NO_ANSWER))
    return np.stack(rows)


def diverged(answers: Mapping[int, Labels], what: str = "records") -> list[Flag]:
    """A flag that says how many of the trainings, of those on poisoned data, gave no model that answers. what: the
    poison writes, `records` or `labels`."""
    lost = {d: int((said == NO_ANSWER).all(axis=1).sum()) for d, said in answers.items() if said.shape[1]}
    if not any(lost.values()):
        return []
    told = ", ".join(f"{n} of {len(answers[d])} with {d} poisoned {what}" for d, n in lost.items() if n)
    return [Flag(id="retraining_diverged", detail=f"no model that answers came of {told}; it counts as always wrong")]


def doses_of(artifact: Artifact) -> list[int]:
    """Numbers of poisoned records to measure, ascending; those the artifact cannot fill are left out, 0 if all are."""
    return sorted(int(d) for d in artifact.arrays["doses"] if d <= len(artifact.arrays["index"])) or [0]


def alike(answers: NDArray[np.generic]) -> bool:
    """Whether all seeds (rows) gave the same answers, so that they are one training and not several."""
    return bool((answers == answers[0]).all())


def seed_ignored(*answers: Mapping[int, Labels]) -> bool:
    """Whether all seeds gave the same answers at every dose and to everything they were asked: easy data alone make
    different models agree."""
    return all(alike(said) for by_dose in answers for said in by_dose.values())


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
    subject: Target,
    roles: Roles,
    answers: Mapping[int, Labels],
    elsewhere: Mapping[int, Labels] | None = None,
    what: str = "records",
) -> list[Flag]:
    """Flags on the training function. answers: classes the models give at each dose (0: the twins), seeds × probes.

    elsewhere: the same on other inputs, on which the poison may show although no probe does. what: as in `diverged`.
    """
    flags, twins, most = [], answers[0], max(answers)
    asked, clean = (float((said == roles.probe.y).mean()) for said in (subject.labels(roles.probe.x), twins))
    if asked - clean > POOR:
        detail = f"models retrained on clean data reach {clean:.1%} where the deployed one reaches {asked:.1%}"
        flags.append(Flag(id="clean_twin_poor", detail=detail))
    if len(twins) > 1 and seed_ignored(answers, elsewhere or {}):
        detail = f"{len(twins)} trainings with different seeds gave the same answers; they count as one"
        flags.append(Flag(id="retraining_ignores_seed", detail=detail))
    same = all(bool((said[most] == said[0]).all()) for said in (answers, elsewhere or answers))
    if most and most >= len(roles.writable) / 100 and same:
        detail = f"{most} poisoned {what} changed no answer at all: the training function may not use its data"
        flags.append(Flag(id="retraining_ignores_data", detail=detail))
    return [*flags, *diverged(answers, what)]


def smallest_dose(reached: Mapping[int, Hits], writable: int) -> dict[str, NDArray[np.generic]]:
    """Per seed `reached`, `tries` (smallest dose that did it, else the largest) and `size` (its share of the set)."""
    doses = sorted(reached, reverse=True)
    done = np.logical_or.reduce([reached[d] for d in doses])
    tries = np.full(len(done), doses[0], np.int64)
    for d in doses:
        tries[reached[d]] = d
    return {"reached": done, "tries": tries, "size": np.where(done, tries / max(writable, 1), np.inf)}
