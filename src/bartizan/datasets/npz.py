"""`kind: npz`: a NumPy archive with one array of inputs and one of labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from bartizan.core.contracts import DatasetLoader, LoaderSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError, UnsafeFileError
from bartizan.formats.data.npz import read_npz

from .checks import features_of, missing, to_data


class NpzData(DatasetLoader):
    """Arrays of plain numbers; archives with pickled objects are refused."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="npz", title="NumPy archive", summary="Inputs and labels as two arrays of an .npz file", kinds=("npz",)
    )

    def load(self, asset: Any, root: Path) -> Data:
        load = asset.load
        path = root / load.path
        if not path.exists():
            raise missing(path, asset.id)
        names = (load.x,) if load.y is None else (load.x, load.y)
        try:
            arrays = read_npz(path, names)
        except (DataError, UnsafeFileError) as cause:
            raise type(cause)(f"the data '{asset.id}': {cause}") from cause
        features = features_of(load, [f.name for f in load.features], {})
        return to_data(asset, arrays[load.x], None if load.y is None else arrays[load.y], features=features)
