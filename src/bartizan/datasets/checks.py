"""Turn what a source held into `Data`, or say in one sentence why it cannot be used."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data, Feature, Labels
from bartizan.core.errors import DataError

_LARGEST_LABEL = 100_000


def to_data(asset: Any, x: NDArray[Any], y: NDArray[Any] | None, *, features: tuple[Feature, ...] = ()) -> Data:
    """Checked data; `load.scale` is applied to `x`, and nothing else is.

    Raises `DataError`: empty, not numbers, NaN, no labels or such that are not classes, values a feature cannot take.
    """
    name = f"the data '{asset.id}'"
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise DataError(f"{name}: the inputs are of type {x.dtype}, not numbers; encode them as numbers")
    if x.ndim < 2:
        raise DataError(f"{name}: the inputs have the shape {x.shape}; one row an example is due")
    if len(x) == 0 or math.prod(x.shape) == 0:
        raise DataError(f"{name} is empty (inputs of shape {list(x.shape)}); give at least one example")
    if y is None:
        where = f"; say under '{asset.load.label_key}' where they are" if asset.load.label_key else ""
        raise DataError(f"{name} have no labels{where}")
    labels = _labels(np.asarray(y), len(x), name)
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
        values = np.asarray(x, dtype=np.float32)
    if x.ndim == 3:  # grey images without a channel
        values = values[:, None]
    if asset.load.scale is not None:
        values = values * np.float32(asset.load.scale)
    _check_numbers(values, name)
    _check_features(values, features, name)
    return Data.of(values, labels, features)


def features_of(load: Any, names: list[str], codes: dict[str, tuple[str, ...]]) -> tuple[Feature, ...]:
    """One `Feature` a column in the order read; what the description says of it, else continuous.

    codes: the words of each categorical column, in the order of their codes.
    """
    described = {f.name: f for f in load.features}
    return tuple(_feature(name, described.get(name), codes.get(name)) for name in names)


def missing(path: Path, name: str) -> DataError:
    """The error for a file that is not there."""
    return DataError(f"the data '{name}': there is no file {path}; correct its path in the description")


def _feature(name: str, said: Any, words: tuple[str, ...] | None) -> Feature:
    if said is None:
        if words is None:
            return Feature(name=name)
        return Feature(name=name, type="categorical", values=tuple(float(i) for i in range(len(words))))
    values = tuple(range(len(words))) if words is not None else said.one_of
    return Feature(
        name=name,
        type=said.type,
        low=None if said.range is None else said.range[0],
        high=None if said.range is None else said.range[1],
        values=tuple(float(v) for v in values),
        mutable=said.mutable,
        direction=said.direction,
    )


def _labels(y: NDArray[Any], n: int, name: str) -> Labels:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2:
        raise DataError(f"{name}: the labels have the shape {y.shape}; one whole number an example is due, not a row")
    if y.shape != (n,):
        raise DataError(f"{name}: {n} inputs but labels of shape {list(y.shape)}; give one label an example")
    if y.dtype.kind not in "biuf":
        raise DataError(f"{name}: the labels are of type {y.dtype}, not whole numbers; number the classes from 0")
    whole = np.isfinite(y) & (y == np.round(y)) if y.dtype.kind == "f" else np.ones(n, bool)
    if not whole.all():
        row = int((~whole).argmax())
        raise DataError(
            f"{name}: {int((~whole).sum())} labels are not whole numbers (first: row {row}, {y[row]});"
            " number the classes from 0"
        )
    outside = (y < 0) | (y > _LARGEST_LABEL)
    if outside.any():
        row = int(outside.argmax())
        raise DataError(
            f"{name}: the label {y[row]} in row {row} is out of range ({int(outside.sum())} such in all); classes count"
            " from 0: correct or remove these rows"
        )
    return y.astype(np.int64)


def _check_numbers(x: NDArray[np.float32], name: str) -> None:
    bad = ~np.isfinite(x.reshape(len(x), -1)).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{name}: {int(bad.sum())} of {len(x)} examples hold NaN or infinite values (first: row {row});"
            " remove or impute these rows (numbers beyond 3.4e38 count as infinite)"
        )


def _check_features(x: NDArray[np.float32], features: tuple[Feature, ...], name: str) -> None:
    if not features:
        return
    if x.ndim != 2 or x.shape[1] != len(features):
        raise DataError(f"{name}: {len(features)} features are described, but an example has the shape {x.shape[1:]}")
    for column, feature in zip(x.T, features, strict=True):
        bad, may = np.zeros(len(x), bool), ""
        if feature.values:
            bad, may = ~np.isin(column, np.asarray(feature.values, np.float32)), "is not one of its values"
        elif feature.low is not None and feature.high is not None:
            low, high = np.float32(feature.low), np.float32(feature.high)
            bad, may = (column < low) | (column > high), f"lies outside its range [{low:g}, {high:g}]"
        elif feature.type == "binary":
            bad, may = ~np.isin(column, (0, 1)), "is neither 0 nor 1"
        if bad.any():
            row = int(bad.argmax())
            raise DataError(
                f"{name}: the feature {feature.name!r} holds {column[row]:g} (row {row}), which {may}; correct"
                " the row, or what the description says of the feature"
            )
