"""Canaries as the referee of privacy measures them: it throws the coins, trains, and bounds ε from below."""

from __future__ import annotations

import numpy as np

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.profile import NotApplicable
from bartizan.core.target import Target
from bartizan.numerics.seeds import child

from .audit_dp import audit_dp
from .result import DpAudit

NO_PROMISE = "the training makes no promise of differential privacy that an audit could hold it to"


def measured_audit(subject: Target | None, roles: Roles, artifact: Artifact, *, seed: int) -> Measured:
    """`promise_broken`: 1 where the audited lower bound of ε exceeds the promised one, else 0, which shows nothing.
    `epsilon_shown`: that bound, at 95 %; `epsilon_gaussian`: for a trade-off curve like a Gaussian mechanism's;
    `epsilon_promised`; and `epsilon_ceiling`: what so many canaries could have shown at the most.

    The target is trained once on the training data and about half of the canaries, by the whole recipe, defences
    included. Raises `NotApplicable` where nothing is promised.
    """
    if subject is None or subject.info.promise is None:
        raise NotApplicable(NO_PROMISE)
    epsilon, delta = subject.info.promise
    records = roles.writable
    x, y = np.asarray(artifact.arrays["x"], np.float32), np.asarray(artifact.arrays["y"], np.int64)
    canaries = _apart(Data.of(x, y), records)

    def train(x: Array, y: Labels, *, seed: int) -> Target:
        return subject.retrain(x, y, seed=seed)

    found = audit_dp(
        train, records.x, records.y, canaries.x, canaries.y, delta=delta, claimed_epsilon=epsilon,
        seed=child(seed, "audit"),
    )  # fmt: skip
    arrays = {"tries": np.array([max(len(canaries), 1)]), "reached": np.array([bool(found.contradicted)])}
    return Measured(tuple(_rows(found)), arrays, found.flags, tries_unit="records")


def _apart(canaries: Data, records: Data) -> Data:
    """Canaries that are no records, each once: input and label together."""
    known = set(zip(records.contents(), records.y.tolist(), strict=True))
    keep = []
    for i, one in enumerate(zip(canaries.contents(), canaries.y.tolist(), strict=True)):
        if one not in known:
            known.add(one)
            keep.append(i)
    return canaries.take(np.array(keep, np.int64))


def _rows(found: DpAudit) -> list[Measurement]:
    method = f"one training with {found.included} of {found.canaries} canaries, {found.confidence:.0%}"
    at = {"delta": found.delta, "guesses": found.guesses, "right": found.correct}

    def row(estimand: str, value: float, unit: str = "canary") -> Measurement:
        return Measurement(
            estimand=estimand, unit=unit, n=found.canaries if unit == "canary" else 1, method=method, value=value,
            low=value, high=value, at=at,
        )  # fmt: skip

    claimed = float(found.claimed_epsilon or 0.0)
    return [
        row("promise_broken", float(bool(found.contradicted)), unit="promise"),
        row("epsilon_shown", found.epsilon),
        row("epsilon_gaussian", found.gaussian_epsilon),
        row("epsilon_promised", claimed),
        row("epsilon_ceiling", found.ceiling),
    ]
