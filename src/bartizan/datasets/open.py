"""Open data as the description says: the one door to every data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bartizan.core.contracts import DatasetLoader, Plugin
from bartizan.core.data import Data
from bartizan.core.errors import DataError, UsageError
from bartizan.core.plugins import find, plugins
from bartizan.core.target import TargetInfo


def open_dataset(asset: Any, root: Path) -> Data:
    """The data of a data asset; paths start from the folder `root`. Raises `DataError` or `UnsafeFileError`."""
    if asset.load is None:
        raise DataError(f"the data '{asset.id}' say nothing under 'load', so they cannot be opened")
    data = _loader(asset.load).load(asset, Path(root))
    described = asset.load.features
    if described and data.x.ndim == 2 and len(described) != data.x.shape[1] and not data.features:
        raise DataError(f"the data '{asset.id}' have {data.x.shape[1]} columns but {len(described)} described features")
    return data


def check_fit(info: TargetInfo, data: Data, *, name: str = "the data") -> None:
    """Raise `DataError` when a model cannot be asked about the data: other shape, or labels it does not know."""
    if data.x.shape[1:] != info.input_shape:
        raise DataError(
            f"{name}: inputs have the shape {list(data.x.shape[1:])}, but the model '{info.id}' takes"
            f" {list(info.input_shape)}; correct load.input_shape or the data"
        )
    outside = data.y >= info.classes
    if outside.any():
        row = int(outside.argmax())
        raise DataError(
            f"{name}: {int(outside.sum())} labels are out of range (first: row {row}, {data.y[row]}), but the model"
            f" '{info.id}' has the classes 0 to {info.classes - 1}"
        )


def _loader(load: Any) -> DatasetLoader:
    found: type[Plugin] | None
    if load.kind == "plugin":
        try:
            found = find("datasets", load.plugin)
        except UsageError as cause:
            raise DataError(str(cause)) from cause
    else:
        by_kind = (p for p in plugins("datasets").values() if load.kind in getattr(p.spec, "kinds", ()))
        found = next(by_kind, None)
    if found is None or not issubclass(found, DatasetLoader):
        raise DataError(f"no loader for data of kind '{load.kind}' is installed")
    return found()
