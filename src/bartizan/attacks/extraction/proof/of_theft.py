"""Whether the owner could prove a theft of a campaign: the copy among models made without asking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from bartizan.core.artifact import Measurement
from bartizan.core.data import Array, Roles
from bartizan.core.target import Target
from bartizan.numerics.seeds import child
from bartizan.numerics.students import student_scores

from ..independent import independent
from .ownership import Check, ownership


def proof(subject: Target, roles: Roles, copy: Any, params: Any, seed: int) -> tuple[Measurement, ...]:
    """`ownership_p`: the p-value of the copy (a student) among `params.controls` independent ones; `likeness`: how much
    it has in common with the subject on the fingerprint, and the one of them that has most.

    The fingerprint is chosen among the probe, which none of them was made of. Nothing without controls or labels of the
    adversary's own, and nothing of a target behind a defence, whose owner has the same proof.
    """
    own, info = roles.auxiliary, subject.info
    if not params.controls or not len(own) or info.defences:
        return ()
    others = [independent(info, own, params, child(seed, "independent", i)) for i in range(params.controls)]
    found = ownership(
        _answers(copy), subject, [_answers(o) for o in others], x=roles.probe.x, classes=info.classes, seed=seed
    )
    return tuple(_measurements(found.checks["fingerprint"], found.p, found.verdict == "copied"))


def _answers(student: Any) -> Any:
    def answers(x: Array) -> Array:
        return student_scores(student, x)

    return answers


def _measurements(check: Check, p: float, copied: bool) -> Iterator[Measurement]:
    judges = len(check.controls)

    def one(estimand: str, value: float, method: str, **at: float | int | str) -> Measurement:
        return Measurement(
            estimand=estimand, unit="independent model", n=judges, method=method, value=value, low=value, high=value,
            at=at,
        )  # fmt: skip

    yield one("ownership_p", p, "rank among independent models", copied=int(copied))
    likeness = "agreement on the inputs where independent models agree least"
    yield one("likeness", check.statistic, likeness, of="copy")
    yield one("likeness", float(np.max(check.controls)), likeness, of="nearest independent model")
