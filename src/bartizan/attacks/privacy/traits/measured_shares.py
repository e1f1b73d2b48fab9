"""A distinguisher of shares as the referee of privacy measures it: on models of the owner's own records."""

from __future__ import annotations

from typing import Any

import numpy as np

from bartizan.core.artifact import Artifact, Measured, Measurement
from bartizan.core.data import Roles
from bartizan.core.profile import NotApplicable
from bartizan.core.target import Target
from bartizan.core.view import reduce_output
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.seeds import child

from .groups import group_of
from .shares import Distinguisher, Mask, drawn, normal

VICTIMS = 16
LEAST = 1e-6
FEWEST = 20


def measured_shares(subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
    """`property_advantage`: by how much more than chance the distinguisher tells which of two shares of a group the
    training set of a model had: 2 · share − 1 over models that are trained here, with seeds and records of the owner's
    that the attack has not seen; 0 at or below chance. `property_said`: the share it says the target's own training set
    is nearest to, and `property_true`: the share that it has.

    The unit of `reached` is such a model. Raises `NotApplicable` where sets of either share cannot be drawn.
    """
    assert subject is not None
    made = artifact.arrays
    tells = Distinguisher(*(np.asarray(made[n], np.float64) for n in ("mean", "spread", "weights")))
    points, shares = np.asarray(made["points"], np.float32), np.asarray(made["shares"], np.float64)
    data, size = roles.writable, int(made["size"][0])
    group = group_of(data, params.column, params.of_class)
    size = _size(group, shares, size)

    def told(model: Target) -> bool:
        scores = reduce_output(model.scores(points), artifact.watched.access.output)
        return bool(tells(normal(np.log(np.maximum(scores, LEAST)))[None])[0] > 0.5)

    right = np.zeros(VICTIMS, np.bool_)
    for v in range(VICTIMS):
        rows = drawn(group, np.ones(len(group), np.bool_), float(shares[v % 2]), size, child(seed, "victim", v))
        model = subject.retrain(data.x[rows], data.y[rows], seed=child(seed, "victim training", v))
        right[v] = told(model) == bool(v % 2)
    at = {"group": params.column or f"class {params.of_class}", "low": shares[0], "high": shares[1], "size": size}
    rows_ = (
        _advantage(right, at),
        _fact("property_said", float(shares[int(told(subject))]), at),
        _fact("property_true", float(group.mean()), at),
    )
    tries = np.full(VICTIMS, max(len(points), 1), np.int64)
    return Measured(rows_, {"reached": right, "tries": tries}, tries_unit="queries")


def _size(group: Mask, shares: Any, size: int) -> int:
    """So many records as the owner has for either share. Raises `NotApplicable`."""
    members, others = int(group.sum()), int((~group).sum())
    most = min(size, int(members / max(shares)), int(others / (1 - min(shares))))
    if most < FEWEST:
        raise NotApplicable(
            f"the training data hold {members} of the group and {others} others, too few to draw sets of "
            f"{FEWEST} records with shares {shares[0]:.2f} and {shares[1]:.2f}"
        )
    return most


def _advantage(right: Mask, at: dict[str, Any]) -> Measurement:
    k, n = int(right.sum()), len(right)
    value, low, high = (max(0.0, 2 * v - 1) for v in (k / n, *clopper_pearson(k, n)))
    method = "Clopper–Pearson, less what chance gives"
    return Measurement(
        estimand="property_advantage", unit="model", n=n, method=method, value=value, low=low, high=high, at=at
    )


def _fact(name: str, value: float, at: dict[str, Any]) -> Measurement:
    return Measurement(
        estimand=name, unit="training set", n=1, method="of the target", value=value, low=value, high=value, at=at
    )
