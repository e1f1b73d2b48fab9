"""Judging feedback: a model that learns, round after round, from what its users send back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.poisoning.aimed import aim_of, fallen, judge_aimed
from bartizan.attacks.twins import NO_ANSWER, mean_over_seeds, seed_ignored
from bartizan.core.artifact import Artifact, Measurement
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.numerics.poison import poisoned
from bartizan.numerics.seeds import child


def played_rounds(
    subject: Target, roles: Roles, artifact: Artifact, seeds: tuple[int, ...], records: int, reported: float
) -> Labels:
    """What the models say of the probes, rounds + 1 × seeds × probes, the first of them before any feedback.

    The writable records up to `base` are the first training set; the others arrive in `rounds` equal parts. What honest
    users send is labelled by the model of the round before, but for a share `reported` of them, who correct it; the
    adversary's `records` come as they are. Each round trains anew on all there is.
    Raises `ModelError` where a training without poison breaks; after one with poison there are no answers.
    """
    x, y = poisoned(roles.writable, artifact.arrays, records)
    theirs = np.zeros(len(y), np.bool_)
    theirs[np.asarray(artifact.arrays["index"][:records], np.int64)] = True
    return np.stack([_one(subject, x, y, theirs, roles.probe.x, artifact, s, reported) for s in seeds], axis=1)


def _one(
    subject: Target, x: Array, y: Labels, theirs: NDArray[np.bool_], probes: Array, artifact: Artifact, seed: int,
    reported: float,
) -> Labels:  # fmt: skip
    base, rounds = int(artifact.arrays["base"][0]), int(artifact.arrays["rounds"][0])
    cuts = np.linspace(base, len(y), rounds + 1).astype(np.int64)
    told = theirs | (np.random.default_rng(child(seed, "reports")).random(len(y)) < reported)
    labels, said = y.copy(), np.full((rounds + 1, len(probes)), NO_ANSWER, np.int64)
    try:
        for r, stop in enumerate(cuts):
            model = subject.retrain(x[:stop], labels[:stop], seed=seed)
            said[r] = model.labels(probes)
            if r < rounds:
                new = np.arange(stop, cuts[r + 1])
                asked = new[~told[new]]
                if len(asked):
                    labels[asked] = model.labels(x[asked])
    except ModelError:
        if not theirs.any():
            raise
    return said


def judge_rounds(
    subject: Target, roles: Roles, artifact: Artifact, seeds: tuple[int, ...], doses: list[int], params: Any
) -> tuple[list[Measurement], dict[str, NDArray[np.generic]], dict[int, Labels]]:
    """`judge_aimed` after the last round, and `feedback_drift`: the accuracy that the clean twin loses to its own
    answers from before the first round to after the last; a negative one is gained.

    Arrays besides: `round_success` (doses × rounds + 1 × seeds) and `twin_round_accuracy` (rounds + 1 × seeds).
    The third that comes back are the answers after the last round.
    """
    said = {d: played_rounds(subject, roles, artifact, seeds, d, params.reported) for d in sorted({0, *doses})}
    last = {d: s[-1] for d, s in said.items()}
    rows, arrays = judge_aimed(roles, artifact, last, doses, params)
    right = said[0] == roles.probe.y
    rows.append(
        mean_over_seeds("feedback_drift", right[0], right[-1], 0, unit="probe example", fixed=seed_ignored(last))
    )
    victim, wanted = aim_of(roles, artifact)
    fell = [[fallen(s, victim, wanted, roles.probe.y).mean(axis=1) for s in said[d]] for d in doses]
    more = {"round_success": np.array(fell), "twin_round_accuracy": right.mean(axis=2)}
    return rows, arrays | more, last
