"""Opens a model of the description together with its data, and checks that they fit each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bartizan.core.data import Data
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.core.system import DataAsset, System
from bartizan.core.target import Target
from bartizan.datasets.open import check_fit, check_shape, open_dataset
from bartizan.targets.open import open_target


def open_data(system: System, model_id: str, root: Path) -> tuple[Data | None, Data | None]:
    """Training and test data of a model; None where the description names none that can be loaded."""
    train, test = (_load(asset, root) for asset in _described(system, model_id))
    return train, test


def open_model(system: System, model_id: str, root: Path) -> tuple[Target, Data | None, Data | None]:
    """The target and its data. Raises `ModelError`, or an error about the data that do not fit, in one sentence."""
    asset = system.model(model_id)
    if asset.load is None:
        raise ModelError(f"the model {model_id!r} has no 'load' in the description, so it cannot be tested")
    train, test = open_data(system, model_id, root)
    known = test if test is not None else train
    if known is None:
        raise DataError(f"the model {model_id!r} has no data to test it on; name some as test_data")
    shape = tuple(asset.load.input_shape or known.x.shape[1:])
    found = [(a, d) for a, d in zip(_described(system, model_id), (train, test), strict=True) if a and d is not None]
    for described, data in found:
        with about(described.id):
            check_shape(model_id, shape, data, name=f"the data '{described.id}'")
    classes = asset.load.classes or 1 + max(int(d.y.max()) for _, d in found)
    target = open_target(asset, root, classes=classes, input_shape=shape)
    for described, data in found:
        with about(described.id):
            check_fit(target.info, data, name=f"the data '{described.id}'")
    return target, train, test


def load_data(asset: DataAsset, root: Path) -> Data:
    """The data of one asset. What is wrong with them is an error about it."""
    with about(asset.id):
        return open_dataset(asset, root)


def _load(asset: DataAsset | None, root: Path) -> Data | None:
    return load_data(asset, root) if asset is not None and asset.load is not None else None


def _described(system: System, model_id: str) -> tuple[DataAsset | None, DataAsset | None]:
    return system.training_data(model_id), system.test_data(model_id)


@contextmanager
def about(asset_id: str) -> Iterator[None]:
    """Errors of this block speak of this asset."""
    try:
        yield
    except UsageError as error:
        error.about = asset_id
        raise
