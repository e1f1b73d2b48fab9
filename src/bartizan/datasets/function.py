"""`kind: function`: the user's own trusted code, which returns `(x, y)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bartizan.core.contracts import DatasetLoader, LoaderSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.formats.user_code import user_function

from .checks import features_of, to_data


class FunctionData(DatasetLoader):
    """`function()` returns inputs (N×C×H×W or N×D) and labels (N) as NumPy arrays."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="function", title="Function", summary="Whatever `module:function` returns as `(x, y)`", kinds=("function",)
    )

    def load(self, asset: Any, root: Path) -> Data:
        try:
            function = user_function(asset.load.function, root, DataError)
            found = function()
        except DataError as cause:
            raise DataError(f"the data '{asset.id}': {cause}") from cause
        if not isinstance(found, tuple) or len(found) != 2:
            raise DataError(f"the data '{asset.id}': {function.ref} returned {type(found).__name__}; (x, y) is due")
        try:
            x, y = np.asarray(found[0]), None if found[1] is None else np.asarray(found[1])
        except (ValueError, TypeError) as cause:
            raise DataError(f"the data '{asset.id}': {function.ref} returned no arrays: {cause}") from cause
        return to_data(asset, x, y, features=features_of(asset.load, [f.name for f in asset.load.features], {}))
