"""`kind: csv` and `kind: parquet`: a table with a column of labels and features that say what a value may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.contracts import DatasetLoader, LoaderSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.suggest import did_you_mean
from bartizan.formats.data.table import Columns, read_csv, read_parquet

from .checks import features_of, missing, to_data

_AMOUNTS = "numbers are due, or list its words under 'one_of' of a categorical feature"
_CLASSES = "classes are whole numbers that count from 0"
_TRUTH = {"true": 1.0, "false": 0.0}


class CsvData(DatasetLoader):
    """UTF-8 text with a header line."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="csv", title="Comma-separated table", summary="A text table with a column of labels", kinds=("csv",)
    )

    def load(self, asset: Any, root: Path) -> Data:
        if not (root / asset.load.path).exists():
            raise missing(root / asset.load.path, asset.id)
        return table_data(asset, lambda: read_csv(root / asset.load.path, asset.load.separator))


class ParquetData(DatasetLoader):
    """An Apache Parquet file."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="parquet",
        title="Parquet table",
        summary="A Parquet file with a column of labels",
        kinds=("parquet",),
        extra="tabular",
    )

    def load(self, asset: Any, root: Path) -> Data:
        if not (root / asset.load.path).exists():
            raise missing(root / asset.load.path, asset.id)
        return table_data(asset, lambda: read_parquet(root / asset.load.path))


def table_data(asset: Any, read: Any) -> Data:
    """The described columns in the order described (else all but the label), categorical words as their places in
    `one_of`. Raises `DataError` at the row and column that is wrong."""
    load = asset.load
    try:
        columns = read()
        label = None if load.label is None else _numbers(_column(columns, load.label), load.label, _CLASSES)
        names = [f.name for f in load.features] or [n for n in columns if n != load.label]
        described = {f.name: f for f in load.features}
        values: list[NDArray[np.float64]] = []
        codes: dict[str, tuple[str, ...]] = {}
        for name in names:
            words = _words(described.get(name))
            raw = _column(columns, name)
            values.append(_numbers(raw, name) if words is None else _codes(raw, name, words))
            codes |= {} if words is None else {name: words}
    except DataError as cause:
        raise DataError(f"the data '{asset.id}': {cause}") from cause
    x = np.stack(values, axis=1) if values else np.zeros((0, 0))
    return to_data(asset, x, label, features=features_of(load, names, codes))


def _words(feature: Any) -> tuple[str, ...] | None:
    """The words of a categorical feature, or None when its values are numbers."""
    if feature is None or not any(isinstance(v, str) for v in feature.one_of):
        return None
    return tuple(str(v) for v in feature.one_of)


def _column(columns: Columns, name: str) -> NDArray[Any]:
    if name not in columns:
        raise DataError(f"there is no column called {name!r}{did_you_mean(name, columns)}")
    return columns[name]


def _numbers(column: NDArray[Any], name: str, due: str = _AMOUNTS) -> NDArray[np.float64]:
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    out = np.empty(len(column))
    for row, text in enumerate(column):
        word = str(text).strip()
        try:
            out[row] = _TRUTH[word.lower()] if word.lower() in _TRUTH else float(word)
        except ValueError as cause:
            what = "is empty" if not word else f"holds {word[:40]!r}, which is not a number"
            raise DataError(f"the column {name!r} {what} (row {row}); {due}") from cause
    return out


def _codes(column: NDArray[Any], name: str, words: tuple[str, ...]) -> NDArray[np.float64]:
    place = {word: float(i) for i, word in enumerate(words)}
    found = [place.get(str(v).strip()) for v in column]
    if None in found:
        row = found.index(None)
        raise DataError(f"the column {name!r} holds {str(column[row])[:40]!r} (row {row}), not in its 'one_of'")
    return np.array(found, dtype=np.float64)
