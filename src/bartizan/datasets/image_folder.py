"""`kind: image_folder`: one sub-folder of pictures for each class, classes in alphabetical order."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bartizan.core.contracts import DatasetLoader, LoaderSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.formats.bounded import MEMORY_LIMIT
from bartizan.formats.data.images import read_image

from .checks import to_data


class ImageFolder(DatasetLoader):
    """PNG and JPEG pictures, N×C×H×W in [0, 1]; all of one size, or resized to `size`."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="image_folder",
        title="Folder of pictures",
        summary="One sub-folder of PNG or JPEG pictures a class",
        kinds=("image_folder",),
        extra="image",
    )

    def load(self, asset: Any, root: Path) -> Data:
        load, name = asset.load, f"the data '{asset.id}'"
        folder = root / load.path
        if not folder.is_dir():
            raise DataError(f"{name}: there is no folder {folder}; correct its path in the description")
        classes = sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
        files = [(p, i) for i, c in enumerate(classes) for p in sorted(c.iterdir()) if not p.name.startswith(".")]
        if not files:
            raise DataError(f"{name}: {folder} holds no sub-folder of pictures for each class")
        first = read_image(files[0][0], channels=load.channels, size=load.size)
        if first.nbytes * len(files) > MEMORY_LIMIT:
            raise DataError(f"{name}: {len(files)} pictures of this size do not fit in memory; give a smaller 'size'")
        x = np.empty((len(files), *first.shape), np.float32)
        for i, (path, _) in enumerate(files):
            picture = read_image(path, channels=load.channels, size=load.size)
            if picture.shape != first.shape:
                raise DataError(f"{name}: {path} has another size than {files[0][0].name}; give 'size' to resize to")
            x[i] = picture
        return to_data(asset, x, np.array([label for _, label in files]))
