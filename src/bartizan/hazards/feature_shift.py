"""Feature shift: records whose columns are measured, typed or filled in differently from the training data."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Feature
from bartizan.core.errors import UsageError
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep

Column = NDArray[np.float32]


class FeatureShiftParams(Sweep):
    """feature: the one column that shifts, by `range` in its unit; empty: noise on all, `range` its size."""

    kind: str = "feature_shift"
    low: float = 0.0
    high: float = 0.1


class FeatureShift(Corruption):
    """With a feature named: a number is moved by s. Without: numbers get noise N(0, s · range of the column).

    Integers are rounded, every column keeps to its range. A column with listed values (or a binary one) takes a
    random other value of its own with probability |s|.
    """

    spec = hazard_spec(
        "feature_shift",
        "Feature shift",
        "Moves one column by a constant, or all columns by noise, as another instrument or clerk would.",
        modalities=("tabular",),
        bounded=False,
    )
    params: ClassVar[type[Sweep]] = FeatureShiftParams

    def meaningful(self, sweep: Sweep) -> tuple[float, float]:
        """Sizes and shares, told by a range that starts at 0 or above, do not go below 0."""
        return (0.0 if sweep.low >= 0 else -math.inf, math.inf)

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        shifted = x.copy()
        features = scene.features or tuple(Feature(name=f"x{i}") for i in range(x.shape[1]))
        for i in _columns(features, scene.feature):
            own = _own_range(features[i], x[:, i])
            shifted[:, i] = _shift(x[:, i], features[i], severity, rng, own, drift=bool(scene.feature))
        return np.asarray(np.clip(shifted, *scene.bounds), np.float32)


def _columns(features: tuple[Feature, ...], name: str) -> list[int]:
    if not name:
        return list(range(len(features)))
    found = [i for i, f in enumerate(features) if f.name == name]
    if not found:
        raise UsageError(f"the data has no feature '{name}'; it has {', '.join(f.name for f in features)}")
    return found


def _own_range(feature: Feature, column: Column) -> tuple[float, float]:
    """The stated range of a column, or else the range seen."""
    low = feature.low if feature.low is not None else float(column.min(initial=math.inf))
    high = feature.high if feature.high is not None else float(column.max(initial=-math.inf))
    return low, high


def _values(feature: Feature) -> tuple[float, ...]:
    return feature.values or ((0.0, 1.0) if feature.type == "binary" else ())


def _shift(
    column: Column,
    feature: Feature,
    severity: Severity,
    rng: np.random.Generator,
    own: tuple[float, float],
    *,
    drift: bool,
) -> Column:
    if values := _values(feature):
        return _swap(column, np.asarray(values, np.float32), np.abs(severity), rng)
    if feature.type == "categorical":
        return column
    moved = severity if drift else severity * (own[1] - own[0]) * rng.standard_normal(len(column))
    stated = (
        feature.low if feature.low is not None else -math.inf,
        feature.high if feature.high is not None else math.inf,
    )
    shifted = np.clip(column + moved, *stated)
    return np.asarray(np.rint(shifted) if feature.type == "integer" else shifted, np.float32)


def _swap(column: Column, values: Column, chance: Severity, rng: np.random.Generator) -> Column:
    """With probability `chance`, another of the allowed values."""
    swapped = rng.uniform(size=len(column)) < chance
    nearest = np.abs(column[:, None] - values).argmin(axis=1)
    other = (nearest + rng.integers(1, max(len(values), 2), size=len(column))) % len(values)
    return np.asarray(np.where(swapped, values[other], column), np.float32)
