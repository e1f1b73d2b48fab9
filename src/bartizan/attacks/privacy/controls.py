"""Subjects on which membership must be told (a memoriser) and cannot be (a model that ignores its input)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.core.vocabulary import Capability

D, K = 6, 3
RADIUS = 0.05
INFO = TargetInfo(
    id="memoriser", input_shape=(D,), classes=K, bounds=(0.0, 1.0), modality="tabular", retrainable=True, digest="rbf"
)


class Memoriser(Target):
    """Kernel vote of the training records within a tiny radius: sure of what it has seen, and of nothing else."""

    def __init__(self, x: Array, y: Labels, classes: int = K) -> None:
        self.info = INFO.model_copy(update={"classes": classes})
        self.x, self.votes = x.astype(np.float64), np.eye(classes)[y]

    def scores(self, x: Array) -> Array:
        a = x.astype(np.float64)
        distance2 = (a**2).sum(1)[:, None] - 2 * a @ self.x.T + (self.x**2).sum(1)
        votes = np.exp(-np.maximum(distance2, 0) / RADIUS**2) @ self.votes + 0.01
        return np.asarray(votes / votes.sum(axis=1, keepdims=True), np.float32)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return Memoriser(x, y, self.info.classes)


class ConstantTarget(Target):
    """The same answer to every input, whatever it was trained on."""

    info = INFO.model_copy(update={"id": "constant", "digest": "constant"})

    def scores(self, x: Array) -> Array:
        return np.tile(np.array([0.5, 0.3, 0.2], np.float32), (len(x), 1))

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return self


def candidates(classes: int = K) -> Roles:
    """1,000 points of the unit cube with labels of no meaning, shuffled: half members, half not; 400 others."""
    rng = np.random.default_rng(3)
    data = Data.of(rng.random((1400, D), np.float32), rng.integers(classes, size=1400))
    member = np.repeat([True, False], 500)[rng.permutation(1000)]
    return Roles(probe=data.take(slice(0, 1000)), auxiliary=data.take(slice(1000, None)), secrets={"member": member})


def memoriser(classes: int = K) -> Target:
    """The memoriser of the members among `candidates`."""
    roles = candidates(classes)
    members = roles.probe.take(roles.secrets["member"].astype(np.bool_))
    return Memoriser(members.x, members.y, classes)


def membership_controls(
    params: dict[str, Any], needs: tuple[Capability, ...], shared: int = 0, each: int = 1, classes: int = K
) -> tuple[Control, ...]:
    """On the memoriser 80 % of the members must be found; on a constant answer none. `each` queries a record, and
    `shared` ones that serve all. By labels alone an outsider that is right by chance looks like a member, so that many
    `classes` are needed."""
    access = Access(capabilities=needs)
    records = partial(candidates, classes)
    budget = Budget(queries_per_example=each, queries=each * len(candidates().probe) + shared)
    return (
        Control(
            "memoriser",
            "positive",
            partial(memoriser, classes),
            records,
            access,
            budget,
            params,
            "tpr",
            0.8,
        ),
        Control("constant answer", "negative", ConstantTarget, candidates, access, budget, params, "tpr", 0.05),
    )
