"""Judging poison that is aimed: what befalls the inputs it was meant for, and what befalls the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.twins import goal_reached, mean_over_seeds, seed_ignored, smallest_dose
from bartizan.core.artifact import Artifact, Measurement
from bartizan.core.data import Labels, Roles

ANY_OTHER = -1
Hits = NDArray[np.bool_]


def aim_of(roles: Roles, artifact: Artifact) -> tuple[NDArray[np.int64], Labels]:
    """Positions of the probes aimed at, and the class each shall get (−1: any but its own).

    Raises `ValueError` on a probe that is not there, is named twice or is to keep its class.
    """
    victim = np.asarray(artifact.arrays["victim"], np.int64)
    wanted = np.asarray(artifact.arrays["wanted"], np.int64)
    outside = len(victim) and (victim.min() < 0 or victim.max() >= len(roles.probe))
    if victim.shape != wanted.shape or outside or len(np.unique(victim)) < len(victim):
        raise ValueError(f"poison was aimed at {len(victim)} probes of {len(roles.probe)}, one missing or named twice")
    if (wanted == roles.probe.y[victim]).any():
        raise ValueError("poison was aimed at a probe that is to keep its own class")
    return victim, wanted


def fallen(said: Labels, victim: NDArray[np.int64], wanted: Labels, y: Labels) -> Hits:
    """Of answers (seeds × probes): which victims got what was wanted of them; no answer is no success."""
    given = said[:, victim]
    return np.asarray(np.where(wanted == ANY_OTHER, (given != y[victim]) & (given >= 0), given == wanted), np.bool_)


def judge_aimed(
    roles: Roles, artifact: Artifact, answers: dict[int, Labels], doses: list[int], params: Any
) -> tuple[list[Measurement], dict[str, NDArray[np.generic]]]:
    """At each {"records"}, the largest first: `goal_reached`, `targeted_success` (the harm: the share of the inputs
    aimed at that err as wanted, less that of the clean twin) and `accuracy_drop` of all the others.

    answers: seeds × probes by number of records, 0 being the twins. The goal also fails where the others lose more than
    `goal_drop`, or where the twin errs so anyway.
    """
    victim, wanted = aim_of(roles, artifact)
    others = np.setdiff1d(np.arange(len(roles.probe)), victim)
    fell = {d: fallen(said, victim, wanted, roles.probe.y) for d, said in answers.items()}
    right = {d: (said == roles.probe.y)[:, others] for d, said in answers.items()}
    fixed = seed_ignored(answers)
    reached = {d: _goal(fell, right, d, params) for d in doses}
    rows: list[Measurement] = []
    for d in reversed(doses):
        rows.append(goal_reached(reached[d][: 1 if fixed else None], d))
        rows.append(
            mean_over_seeds("targeted_success", fell[d], fell[0], d, unit="probe example aimed at", fixed=fixed)
        )
        rows.append(mean_over_seeds("accuracy_drop", right[0], right[d], d, unit="other probe example", fixed=fixed))
    arrays: dict[str, NDArray[np.generic]] = smallest_dose(reached, len(roles.writable)) | {
        "dose_records": np.array(doses, np.int64),
        "dose_success": np.array([_shares(fell[d]) for d in doses]),
        "twin_success": _shares(fell[0]),
    }
    return rows, arrays


def _goal(fell: dict[int, Hits], right: dict[int, Hits], dose: int, params: Any) -> Hits:
    won = _shares(fell[dose]) - _shares(fell[0]) >= params.goal_success - 1e-9
    n = max(right[0].shape[1], 1)
    cheap = (right[0].sum(axis=1) - right[dose].sum(axis=1)) / n <= params.goal_drop + 1e-9
    return np.asarray(won & cheap, np.bool_)


def _shares(hits: Hits) -> NDArray[np.float64]:
    """Per seed; 0 of nobody."""
    return np.asarray(hits.sum(axis=1) / max(hits.shape[1], 1), np.float64)
