"""The referee of poisoning: trains the victim on the poisoned set and on the clean one, with the same seeds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.admission import admitted
from bartizan.attacks.poisoning.aimed import judge_aimed
from bartizan.attacks.poisoning.rounds import judge_rounds
from bartizan.attacks.suspected import suspected
from bartizan.attacks.twins import (
    answers_of,
    doses_of,
    doubts,
    goal_reached,
    mean_over_seeds,
    seed_ignored,
    smallest_dose,
    train_all,
)
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.poison import retraining_seeds, written


class PoisoningReferee(Referee):
    """The unit of success is a retraining seed, each paired with its unpoisoned twin."""

    spec = PluginSpec(
        id="poisoning",
        version=5,
        title="Referee of poisoning",
        summary="What poison does, against a clean twin of the same seed, by number of records or labels written.",
        references=("biggio2012", "clopper1934"),
    )
    family: ClassVar[Family] = "poisoning"
    also: ClassVar[tuple[str, ...]] = ("goal_reached",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """Of poison that is aimed (it names its `victim`s) see `judge_aimed`, of rounds of feedback `judge_rounds`.

        Tries are counted in `labels` where poison holds no inputs, else in `records`.
        Who would see it, unless it is feedback: `suspected`.
        Of any other: `goal_reached` and `accuracy_drop` (the harm) at each {"records"}, the largest dose first.
        Arrays beside the fixed ones: `dose_records`, `dose_accuracy` (doses × seeds) and `twin_accuracy` (seeds).
        """
        assert subject is not None
        artifact, refused = admitted(subject, roles, artifact)
        seeds = retraining_seeds(seed, params.seeds, subject.info.origin)
        doses, probe = doses_of(artifact), roles.probe
        if "rounds" in artifact.arrays:
            rows, arrays, answers = judge_rounds(subject, roles, artifact, seeds, doses, params)
            return _measured(rows, arrays, [*refused, *doubts(subject, roles, answers)], "records")
        answers = {
            d: answers_of(train_all(subject, roles, artifact, seeds, d), probe.x, clean=d == 0)
            for d in sorted({0, *doses})
        }
        judge = judge_aimed if "victim" in artifact.arrays else judge_general
        rows, arrays = judge(roles, artifact, answers, doses, params)
        rows += suspected(subject, roles, artifact, rows, params, seed)
        what = written(artifact.arrays)
        return _measured(rows, arrays, [*refused, *doubts(subject, roles, answers, what=what)], what)


def _measured(
    rows: list[Measurement], arrays: dict[str, NDArray[np.generic]], flags: list[Flag], what: str
) -> Measured:
    return Measured(tuple(rows), arrays, tuple(flags), tries_unit=what, size_unit="share of the training set")


def judge_general(
    roles: Roles, artifact: Artifact, answers: dict[int, Labels], doses: list[int], params: Any
) -> tuple[list[Measurement], dict[str, NDArray[np.generic]]]:
    """What poison does to accuracy as a whole. answers: seeds × probes by number of records, 0 being the twins."""
    right = {d: said == roles.probe.y for d, said in answers.items()}
    fixed = seed_ignored(answers)
    lost = {d: right[0].mean(axis=1) - right[d].mean(axis=1) for d in doses}
    reached = {d: lost[d] >= params.goal_drop - 1e-9 for d in doses}
    rows: list[Measurement] = []
    for d in reversed(doses):
        rows.append(goal_reached(reached[d][: 1 if fixed else None], d))
        rows.append(mean_over_seeds("accuracy_drop", right[0], right[d], d, unit="probe example", fixed=fixed))
    return rows, smallest_dose(reached, len(roles.writable)) | {
        "dose_records": np.array(doses, np.int64),
        "dose_accuracy": np.array([right[d].mean(axis=1) for d in doses]),
        "twin_accuracy": right[0].mean(axis=1),
    }
