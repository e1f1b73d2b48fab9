"""The values each feature of a row may be changed to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Feature
from bartizan.numerics.constraints import may_become

Bounds = tuple[float, float] | None
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
FEW = 12
"""A column with at most so many different values is tried out value by value."""


def features_of(probe: Data, bounds: Bounds) -> tuple[Feature, ...]:
    """The features as described; where nothing is described, any value between the bounds."""
    low, high = bounds if bounds is not None else (None, None)
    named = probe.features or tuple(Feature(name=f"x{j}") for j in range(probe.x.shape[1]))
    return tuple(
        f.model_copy(
            update={"low": low if f.low is None else f.low, "high": high if f.high is None else f.high},
        )
        for f in named
    )


def candidates(feature: Feature, own: Array) -> Array:
    """Values worth trying for one feature, from its rules and from the column `own` of the adversary's data."""
    ends = [v for v in (feature.low, feature.high) if v is not None]
    if feature.values:
        found = list(feature.values)
    elif feature.type == "binary":
        found = [0.0, 1.0]
    else:
        seen = np.unique(own)
        few = len(seen) <= FEW or feature.type == "categorical"
        found = [*(seen if few else np.quantile(own, QUANTILES)), *ends]
        if feature.type == "integer":
            found = [round(float(v)) for v in found]
    return np.unique(np.asarray(found, np.float32))


def moves(x0: Array, features: tuple[Feature, ...], values: list[Array]) -> list[tuple[int, Array]]:
    """For the row `x0` (D): each feature that may change at all, with the values it may take instead of its own."""
    found = []
    for j, (feature, tried) in enumerate(zip(features, values, strict=True)):
        old = np.full(len(tried), x0[j], np.float32)
        allowed = tried[may_become(feature, old, tried) & (tried != x0[j])]
        if len(allowed):
            found.append((j, allowed))
    return found


def graft(x0: Array, donors: Array, features: tuple[Feature, ...]) -> Array:
    """For each donor row (M×D): `x0` with every feature set to the donor's value where the rules allow it."""
    grafted = donors.copy()
    for j, feature in enumerate(features):
        old = np.full(len(donors), x0[j], np.float32)
        grafted[:, j] = np.where(may_become(feature, old, donors[:, j]), donors[:, j], x0[j])
    return grafted


def nearest_first(x0: Array, rows: Array) -> NDArray[np.intp]:
    """Order of `rows` by the number of values that differ from `x0`; rows equal to it are left out."""
    changed = (rows != x0).sum(axis=1)
    order = np.argsort(changed, kind="stable")
    return np.asarray(order[changed[order] > 0])
