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


def check_shape(model: str, shape: tuple[int, ...], data: Data, *, name: str = "the data") -> None:
    """Raise `DataError` when there is no example, or inputs have another shape than the model takes."""
    if not len(data):
        raise DataError(f"{name} are empty; give at least one example")
    if data.x.shape[1:] != shape:
        raise DataError(
            f"{name}: inputs have the shape {list(data.x.shape[1:])}, but the model '{model}' takes {list(shape)};"
            " correct load.input_shape or the data"
        )


def check_fit(info: TargetInfo, data: Data, *, name: str = "the data") -> None:
    """Raise `DataError` when a model cannot be asked about the data: other shape, labels it does not know, inputs
    beyond its bounds."""
    check_shape(info.id, info.input_shape, data, name=name)
    outside = data.y >= info.classes
    if outside.any():
        row = int(outside.argmax())
        raise DataError(
            f"{name}: the label {data.y[row]} in row {row} is out of range ({int(outside.sum())} such in all):"
            f" the model '{info.id}' has the classes 0 to {info.classes - 1}; correct the labels, or its load.classes"
        )
    if info.bounds is not None:
        _check_bounds(info.id, info.bounds, data, name)


def _check_bounds(model: str, bounds: tuple[float, float], data: Data, name: str) -> None:
    low, high, least, most = *bounds, float(data.x.min()), float(data.x.max())
    if least < low or most > high:
        bytes_ = "write 'scale: 0.00392156862745098' (1/255) under its load"
        hint = bytes_ if 1 < most <= 255 and high == 1 and least >= low else "scale the data (load.scale)"
        raise DataError(
            f"{name}: inputs lie in [{least:g}, {most:g}], outside the stated bounds [{low:g}, {high:g}] of the model"
            f" '{model}'; {hint}, or correct load.bounds of the model"
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
