"""Open data as the description says: the one door to every data set."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bartizan.core.contracts import DatasetLoader, Plugin
from bartizan.core.data import Data
from bartizan.core.errors import DataError, UsageError
from bartizan.core.plugins import find, plugins
from bartizan.core.target import TargetInfo

_NEEDED = {"tabular": "pyarrow", "image": "PIL"}


def open_dataset(asset: Any, root: Path) -> Data:
    """The data of a data asset; paths start from the folder `root`. Raises `DataError` or `UnsafeFileError`."""
    if asset.load is None:
        raise DataError(f"the data '{asset.id}' say nothing under 'load', so they cannot be opened")
    loader = _loader(asset.load)
    module = _NEEDED.get(loader.spec.extra or "")
    if module is not None and find_spec(module) is None:
        raise DataError(f"the data '{asset.id}' need {module}: pip install 'bartizan[{loader.spec.extra}]'")
    return loader.load(asset, Path(root))


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
