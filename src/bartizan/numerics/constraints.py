"""What may be done to a row of a table: the rules of its features, and whether a changed row keeps them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Feature

_NEAR = 1e-5
Mask = NDArray[np.bool_]


def broken_rules(x: Array, x0: Array, features: tuple[Feature, ...]) -> Mask:
    """Which rows of `x` (N×D) break a rule of `features` where they differ from `x0`. Unchanged values are fine."""
    bad: Mask = np.asarray(~np.isfinite(x).all(axis=1))
    for j, feature in enumerate(features):
        changed = x[:, j] != x0[:, j]
        bad |= changed & ~may_become(feature, x0[:, j], x[:, j])
    return bad


def may_become(feature: Feature, old: Array, new: Array) -> Mask:
    """Whether values `old` of one feature may be changed to `new`, pair by pair."""
    ok = np.full(np.broadcast(old, new).shape, feature.mutable)
    if feature.low is not None:
        ok &= new >= np.float32(feature.low)
    if feature.high is not None:
        ok &= new <= np.float32(feature.high)
    if feature.direction == "increase":
        ok &= new >= old
    if feature.direction == "decrease":
        ok &= new <= old
    if feature.values:
        allowed = np.asarray(feature.values, np.float32)
        ok &= np.asarray(np.abs(new[..., None] - allowed) <= _NEAR).any(axis=-1)
    elif feature.type == "binary":
        ok &= np.asarray((new == 0) | (new == 1))
    elif feature.type == "integer":
        ok &= np.asarray(new == np.round(new))
    return np.asarray(ok)
