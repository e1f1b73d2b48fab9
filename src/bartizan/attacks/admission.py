"""Which poisoned records could be sent at all: what the interface or the data set would turn away never arrives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag
from bartizan.core.data import Array, Data, Feature, Labels, Roles
from bartizan.core.target import Target
from bartizan.numerics.constraints import broken_rules
from bartizan.numerics.poison import written

_ROUNDING = 1e-6


def admitted(subject: Target, roles: Roles, artifact: Artifact) -> tuple[Artifact, list[Flag]]:
    """The artifact with every record that is not finite, leaves the bounds, breaks its features' rules or names no
    class put back as it was; and the flag that says how many. A dose keeps its records, those that never arrived too.

    Raises `ValueError` when records and positions do not match.
    """
    index = np.asarray(artifact.arrays["index"], np.int64)
    if len(index) and (index.min() < 0 or index.max() >= len(roles.writable)):
        raise ValueError(f"a poisoned set names a record outside the {len(roles.writable)} writable ones")
    was = roles.writable.take(index)
    x = np.asarray(artifact.arrays.get("x", was.x), np.float32)
    y = np.asarray(artifact.arrays["y"], np.int64)
    if x.shape != was.x.shape or y.shape != was.y.shape:
        raise ValueError(f"{len(index)} records were to be poisoned, and {x.shape} inputs with {y.shape} labels came")
    refused = ~_may_arrive(subject, was, x, y)
    if not refused.any():
        return artifact, []
    arrays = {**artifact.arrays, "y": np.where(refused, was.y, y)}
    if "x" in artifact.arrays:
        arrays["x"] = np.where(refused.reshape(-1, *[1] * (x.ndim - 1)), was.x, x)
    what, rules = written(artifact.arrays), "name no class"
    if what == "records":
        rules = "leave the bounds, the features' rules or the classes"
    text = f"{int(refused.sum())} of {len(index)} poisoned {what} {rules}"
    return replace(artifact, arrays=arrays), [Flag(id="invalid_examples", detail=f"{text}; they never arrived")]


def _may_arrive(subject: Target, was: Data, x: Array, y: Labels) -> NDArray[np.bool_]:
    flat = x.reshape(len(x), int(np.prod(x.shape[1:])))
    low, high = subject.info.bounds or (-np.inf, np.inf)
    ok = (np.isfinite(flat) & (flat >= low - _ROUNDING) & (flat <= high + _ROUNDING)).all(axis=1)
    ok |= (x == was.x).reshape(flat.shape).all(axis=1)
    if was.features and x.ndim == 2:
        ok &= ~broken_rules(x, was.x, tuple(_of_its_own(f) for f in was.features))
    return np.asarray(ok & (y >= 0) & (y < subject.info.classes), np.bool_)


def _of_its_own(feature: Feature) -> Feature:
    """Who writes a record chooses all its values: what may not be changed in a stranger's is free in one's own."""
    return feature.model_copy(update={"mutable": True, "direction": "any"})
