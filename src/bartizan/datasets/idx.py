"""`kind: idx`: the files of MNIST, one for inputs and one for labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from numpy.typing import NDArray

from bartizan.core.contracts import DatasetLoader, LoaderSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.formats.data.idx import read_idx

from .checks import features_of, missing, to_data


class IdxData(DatasetLoader):
    """IDX arrays, plain or gzipped; values as they are in the file (0 to 255 for MNIST) times `scale`."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="idx", title="IDX files", summary="Inputs and labels in the format of MNIST", kinds=("idx",)
    )

    def load(self, asset: Any, root: Path) -> Data:
        load = asset.load
        x = _read(asset.id, root / load.x)
        y = None if load.y is None else _read(asset.id, root / load.y)
        return to_data(asset, x, y, features=features_of(load, [f.name for f in load.features], {}))


def _read(name: str, path: Path) -> NDArray[Any]:
    if not path.exists():
        raise missing(path, name)
    try:
        return read_idx(path)
    except DataError as cause:
        raise DataError(f"the data '{name}': {cause}") from cause
