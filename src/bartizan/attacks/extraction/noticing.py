"""Who would have noticed a theft, as measurements: the queries replayed through the detectors of a query stream."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bartizan.core.artifact import Artifact, Measurement
from bartizan.core.data import Array, Roles
from bartizan.core.target import Target
from bartizan.guards.stream import Rehearsal, Traffic, witness
from bartizan.guards.stream.rehearsal import Caught

ASKED = "asked"
"""Array of a surrogate: the inputs the model was asked about, N×…, in their order."""
NEVER = -1


def noticed(subject: Target, roles: Roles, artifact: Artifact, seed: int) -> tuple[Measurement, ...]:
    """`stolen_unnoticed`: the share of the theft's queries that were answered before the first alarm, by detector and
    thief; `honest_accused`, by detector; `busy_accused`: whether an honest user with as many queries raises one, too.

    Honest accounts draw on the probe and on the adversary's own examples. Nothing of a target behind a defence, where
    the same would be said again, nor of an artifact that keeps no queries. Raises `ValueError` where it keeps others
    than were counted.
    """
    asked = artifact.arrays.get(ASKED)
    if asked is None or subject.info.defences or len(asked) < 2:
        return ()
    if len(asked) != artifact.watched.queries:
        raise ValueError(f"{len(asked)} queries were kept, and the model was asked {artifact.watched.queries}")
    x = np.asarray(asked, np.float32)
    natural = np.concatenate([roles.probe.x, roles.auxiliary.x]) if len(roles.auxiliary) else roles.probe.x
    if len(natural) < 2:
        return ()
    theft = Traffic.of(x, _labels(subject, x))
    found = witness(theft, natural, _labels(subject, natural), seed=seed)
    return tuple(m for one in found for m in _measurements(one, len(theft)))


def _labels(subject: Target, x: Array, batch: int = 256) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate([subject.labels(x[i : i + batch]) for i in range(0, len(x), batch)])


def _measurements(found: Rehearsal, queries: int) -> Iterator[Measurement]:
    told = f"replay of the queries as the attack states them; threshold: {found.claimed:g} false alarms, set on others"
    accused = found.false_alarms
    yield Measurement(
        estimand="honest_accused", unit="honest account", n=accused.n, method="Clopper-Pearson",
        value=accused.value, low=accused.low, high=accused.high, at={"detector": found.detector},
    )  # fmt: skip
    for thief in found.thieves:
        at: dict[str, float | int | str] = {
            "detector": found.detector,
            "thief": thief.thief,
            "accounts": thief.accounts,
            "sent": thief.queries,
            "before_alarm": NEVER if thief.before is None else thief.before,
        }
        yield _exact("stolen_unnoticed", "query of the theft", queries, _unnoticed(thief, queries), told, at)
    for user in found.busy[:1]:
        at = {"detector": found.detector, "sent": user.queries}
        yield _exact("busy_accused", "honest account", 1, user.caught, told, at)


def _unnoticed(thief: Caught, queries: int) -> float:
    return 1.0 if thief.before is None else thief.before / queries


def _exact(
    estimand: str, unit: str, n: int, value: float, method: str, at: dict[str, float | int | str]
) -> Measurement:
    """Of one replay, which says nothing of others."""
    return Measurement(estimand=estimand, unit=unit, n=n, method=method, value=value, low=value, high=value, at=at)
