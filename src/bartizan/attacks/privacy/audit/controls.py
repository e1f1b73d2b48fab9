"""Trainings with a promise: one that keeps it by construction, and one that forgets its noise."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any, Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.trade_off import gaussian_epsilon

from .mechanisms import DpSgd, Fault

CANARIES = 300
DELTA = 1e-5
SOUND = DpSgd(steps=20, noise=4 * math.sqrt(20))  # a Gaussian mechanism with μ = ¼


class Promised(Target):
    """Softmax regression by DP-SGD, with the promise that its noise keeps, with or without that noise."""

    def __init__(self, inner: Target, fault: Fault, digest: str = "promised") -> None:
        self.inner, self.fault = inner, fault
        promise = (gaussian_epsilon(SOUND.mu, DELTA), DELTA)
        self.info: TargetInfo = inner.info.model_copy(
            update={"id": "promised", "retrainable": True, "digest": digest, "promise": promise}
        )

    def scores(self, x: Array) -> Array:
        return self.inner.scores(x)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        trained = DpSgd(steps=SOUND.steps, noise=SOUND.noise, fault=self.fault)(x, y, seed=seed)
        return Promised(trained, self.fault, trained.info.digest)


@cache
def _dealt() -> Roles:
    """Training data, and records of the adversary's own each of which has a column of its own."""
    rng = np.random.default_rng(0)
    width = 10 + CANARIES
    x = np.zeros((200 + CANARIES, width), np.float32)
    x[:200, :10] = rng.normal(size=(200, 10)) / math.sqrt(10)
    x[200 + np.arange(CANARIES), 10 + np.arange(CANARIES)] = 8.0
    data = Data.of(x, (x[:, 0] > 0).astype(np.int64))
    return Roles(probe=data.take(slice(0, 2)), auxiliary=data.take(slice(200, None)), writable=data.take(slice(0, 200)))


def _target(fault: Fault) -> Target:
    data = _dealt().writable
    return Promised(DpSgd(steps=SOUND.steps, noise=SOUND.noise, fault=fault)(data.x, data.y, seed=0), fault)


def audit_controls(params: dict[str, Any]) -> tuple[Control, ...]:
    """The promise without noise must be found broken, the kept one not."""

    def control(name: str, kind: Literal["positive", "negative"], fault: Fault, at: float) -> Control:
        return Control(name, kind, partial(_target, fault), _dealt, Access(), Budget(), params, "promise_broken", at)

    return (
        control("promised noise left out", "positive", "no noise", 1.0),
        control("promise kept", "negative", "", 0.0),
    )
