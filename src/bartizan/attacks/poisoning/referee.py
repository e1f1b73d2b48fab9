"""The referee of poisoning: trains the victim on the poisoned set and on the clean one, with the same seeds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.poison import poisoned, retraining_seeds

Hits = NDArray[np.bool_]
POOR = 0.05


class PoisoningReferee(Referee):
    """The unit of success is a retraining seed, each paired with its unpoisoned twin."""

    spec = PluginSpec(
        id="poisoning_referee",
        title="Referee of poisoning",
        summary="Accuracy lost to poison against a clean twin of the same seed, by number of poisoned records.",
        references=("biggio2012", "clopper1934"),
    )
    family: ClassVar[Family] = "poisoning"

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """`goal_reached` and `accuracy_drop` at each {"records"}, the largest dose first.

        Arrays beside the fixed ones: `dose_records`, `dose_accuracy` (doses × seeds) and `twin_accuracy` (seeds).
        """
        assert subject is not None
        doses = [int(d) for d in artifact.arrays["doses"] if d <= len(artifact.arrays["index"])] or [0]
        seeds = retraining_seeds(seed, params.seeds)
        answers = {d: self._answers(subject, roles, artifact, d, seeds) for d in {0, *doses}}
        hits = {d: said == roles.probe.y for d, said in answers.items()}
        twins = hits[0]
        units = 1 if (answers[0] == answers[0][0]).all() else len(seeds)
        reached = {d: twins.mean(axis=1) - hits[d].mean(axis=1) >= params.goal_drop - 1e-9 for d in doses}
        rows: list[Measurement] = []
        for d in sorted(doses, reverse=True):
            rows += [_goal(reached[d][:units], d), _drop(twins, hits[d], d)]
        flags = _doubts(subject, roles, answers, max(doses))
        return Measured(
            tuple(rows),
            _arrays(doses, reached, hits, twins, len(roles.writable)),
            tuple(flags),
            tries_unit="poisoned records",
            size_unit="share of the training set",
        )

    def _answers(
        self, subject: Target, roles: Roles, artifact: Artifact, records: int, seeds: tuple[int, ...]
    ) -> Labels:
        """Seeds × probes: what models trained on the set with `records` changes say."""
        x, y = poisoned(roles.writable, artifact.arrays, records)
        return np.stack([subject.retrain(x, y, seed=s).labels(roles.probe.x) for s in seeds])


def _goal(reached: Hits, records: int) -> Measurement:
    k, n = int(reached.sum()), len(reached)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand="goal_reached",
        unit="retraining seed",
        n=n,
        method="Clopper-Pearson",
        value=k / n,
        low=low,
        high=high,
        at={"records": records},
    )


def _drop(twins: Hits, hits: Hits, records: int) -> Measurement:
    value, low, high = paired_difference(twins, hits)
    return Measurement(
        estimand="accuracy_drop",
        unit="probe example",
        n=hits.shape[1],
        method=f"Newcombe's paired interval, averaged over {len(hits)} retraining seeds",
        value=value,
        low=low,
        high=high,
        at={"records": records},
    )


def _doubts(subject: Target, roles: Roles, answers: dict[int, Labels], most: int) -> list[Flag]:
    flags, twins = [], answers[0]
    asked, clean = (float((said == roles.probe.y).mean()) for said in (subject.labels(roles.probe.x), twins))
    if asked - clean > POOR:
        detail = f"models retrained on clean data reach {clean:.1%} where the deployed one reaches {asked:.1%}"
        flags.append(Flag(id="clean_twin_poor", detail=detail))
    if len(twins) > 1 and bool((twins == twins[0]).all()):
        detail = f"{len(twins)} trainings with different seeds gave the same answers; they count as one"
        flags.append(Flag(id="retraining_ignores_seed", detail=detail))
    if most >= len(roles.writable) / 100 and most and bool((answers[most] == twins).all()):
        detail = f"{most} poisoned records changed no answer at all: the training function may not use its data"
        flags.append(Flag(id="retraining_ignores_data", detail=detail))
    return flags


def _arrays(
    doses: list[int], reached: dict[int, Hits], hits: dict[int, Hits], twins: Hits, writable: int
) -> dict[str, NDArray[np.generic]]:
    """Per seed: whether the goal was reached at the largest dose, and the smallest dose that did it."""
    seeds = len(twins)
    done, tries = np.zeros(seeds, np.bool_), np.full(seeds, max(doses, default=0), np.int64)
    for d in sorted(doses, reverse=True):
        tries[reached[d]] = d
        done |= reached[d]
    return {
        "reached": done,
        "tries": tries,
        "size": np.where(done, tries / max(writable, 1), np.inf),
        "dose_records": np.array(doses, np.int64),
        "dose_accuracy": np.array([hits[d].mean(axis=1) for d in doses]),
        "twin_accuracy": twins.mean(axis=1),
    }
