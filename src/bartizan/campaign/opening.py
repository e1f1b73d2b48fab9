"""Opens a model of the description together with its data, and checks that they fit each other."""

from __future__ import annotations

from pathlib import Path

from bartizan.core.data import Data
from bartizan.core.errors import DataError, ModelError
from bartizan.core.system import DataAsset, System
from bartizan.core.target import Target
from bartizan.datasets.open import open_dataset
from bartizan.targets.open import open_target


def open_data(system: System, model_id: str, root: Path) -> tuple[Data | None, Data | None]:
    """Training and test data of a model; None where the description names none that can be loaded."""
    return _load(system.training_data(model_id), root), _load(system.test_data(model_id), root)


def open_model(system: System, model_id: str, root: Path) -> tuple[Target, Data | None, Data | None]:
    """The target and its data. Raises `ModelError` or `DataError` in one sentence."""
    asset = system.model(model_id)
    if asset.load is None:
        raise ModelError(f"the model {model_id!r} has no 'load' in the description, so it cannot be tested")
    train, test = open_data(system, model_id, root)
    known = test if test is not None else train
    if known is None:
        raise DataError(f"the model {model_id!r} has no data to test it on; name some as test_data")
    shape = tuple(known.x.shape[1:])
    if asset.load.input_shape is not None and tuple(asset.load.input_shape) != shape:
        raise DataError(f"the model {model_id!r} takes inputs of shape {asset.load.input_shape}, the data has {shape}")
    classes = asset.load.classes or 1 + max(int(d.y.max()) for d in (train, test) if d is not None and len(d))
    target = open_target(asset, root, classes=classes, input_shape=shape)
    for data in (train, test):
        _fits(target, data, model_id)
    return target, train, test


def _load(asset: DataAsset | None, root: Path) -> Data | None:
    return open_dataset(asset, root) if asset is not None and asset.load is not None else None


def _fits(target: Target, data: Data | None, model_id: str) -> None:
    if data is None:
        return
    if not len(data):
        raise DataError(f"the data of the model {model_id!r} is empty")
    if int(data.y.max()) >= target.info.classes:
        raise DataError(
            f"the data of the model {model_id!r} has the label {int(data.y.max())}, "
            f"the model has only {target.info.classes} classes (0 to {target.info.classes - 1})"
        )
    if target.info.bounds is not None:
        low, high = target.info.bounds
        if float(data.x.min()) < low or float(data.x.max()) > high:
            raise DataError(
                f"the data of the model {model_id!r} lies in [{data.x.min():g}, {data.x.max():g}], outside the stated "
                f"bounds [{low:g}, {high:g}]; correct load.bounds, or scale the data (load.scale)"
            )
