"""The referee of extraction: how often does each student give the target's class on examples nobody queried?"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Array, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.paired import paired_difference
from bartizan.numerics.seeds import child
from bartizan.numerics.students import load_student, student_scores

from .independent import independent
from .noticing import noticed
from .proof.of_theft import proof

Hits = NDArray[np.bool_]
EXACT = "Clopper-Pearson"


class ExtractionReferee(Referee):
    """Compares every student of the curve with the target, and with a student that never saw an answer."""

    spec = PluginSpec(
        id="extraction",
        version=4,
        title="Referee of extraction",
        summary="Agreement of the copy with the target on probe examples, against the number of queries; who would "
        "have noticed, and whether the owner could prove it.",
        references=("jagielski2020", "clopper1934"),
    )
    family: ClassVar[Family] = "extraction"
    also = ("surrogate_accuracy",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """The largest number of queries, which is the metered one, comes first; `reached`: where the copy made with
        them agrees. How many queries the earlier students had is the attack's word, and `method` says so."""
        assert subject is not None
        points = _points(artifact)
        theirs, truth = subject.labels(roles.probe.x), roles.probe.y
        guesses = {n: _guess(artifact, "" if n == points[-1] else f"at_{n}.", roles.probe.x) for n in points}
        agree = {n: guess == theirs for n, guess in guesses.items()}
        rows = []
        for n in reversed(points):
            told = "" if n == points[-1] else ", number of queries as the attack states it"
            rows += [_share("fidelity", agree[n], n, told), _share("surrogate_accuracy", guesses[n] == truth, n, told)]
        flags: list[Flag] = []
        own = self._without_queries(subject, roles, theirs, params, seed)
        if own is not None:
            rows.append(_share("baseline_fidelity", own, 0))
            flags += _no_better(agree[points[-1]], own)
        rows += noticed(subject, roles, artifact, child(seed, "noticing"))
        rows += proof(subject, roles, load_student(dict(artifact.arrays), ""), params, child(seed, "proof"))
        # No tries: the queries made one copy, and were not spent on single examples.
        return Measured(tuple(rows), {"reached": agree[points[-1]]}, tuple(flags))

    def _without_queries(self, subject: Target, roles: Roles, theirs: Labels, params: Any, seed: int) -> Hits | None:
        """Where a student trained on the adversary's own labels agrees with the target. None without own labels."""
        if not len(roles.auxiliary):
            return None
        student = independent(subject.info, roles.auxiliary, params, seed)
        return np.asarray(student_scores(student, roles.probe.x).argmax(axis=1) == theirs)


def _points(artifact: Artifact) -> list[int]:
    """The numbers of queries of the curve, ascending. Raises `ValueError` unless the last is what was metered."""
    points, metered = [int(n) for n in artifact.arrays["points"]], artifact.watched.queries
    if not points or points[0] < 1 or points != sorted(set(points)):
        raise ValueError(f"the points of the curve are no ascending numbers of queries: {points}")
    if points[-1] != metered:
        raise ValueError(f"the curve ends at {points[-1]} queries, and the model was asked {metered}")
    return points


def _guess(artifact: Artifact, prefix: str, x: Array) -> Labels:
    """The student's class; −1, which is no class, where it answers with anything but numbers."""
    scores = student_scores(load_student(dict(artifact.arrays), prefix), x)
    return np.where(np.isfinite(scores).all(axis=1), scores.argmax(axis=1), -1)


def _share(estimand: str, hit: Hits, queries: int, told: str = "") -> Measurement:
    k, n = int(hit.sum()), len(hit)
    low, high = clopper_pearson(k, n)
    return Measurement(
        estimand=estimand,
        unit="probe example",
        n=n,
        method=EXACT + told,
        value=k / n if n else 0.0,
        low=low,
        high=high,
        at={"queries": queries},
    )


def _no_better(copy: Hits, own: Hits) -> list[Flag]:
    gain, low, high = paired_difference(copy, own)
    if low > 0:
        return []
    return [
        Flag(
            id="surrogate_no_better_than_own_labels",
            detail=f"the copy agrees {100 * gain:+.1f} points (95 %: {100 * low:+.1f} to {100 * high:+.1f}) more often "
            "than a model of the adversary's own that never asked",
        )
    ]
