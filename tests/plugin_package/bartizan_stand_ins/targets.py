"""A model without an engine: the sum of an input decides its class. It can be told to misbehave."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.data import Array
from bartizan.core.errors import ModelError
from bartizan.core.target import Target, TargetInfo


class SumTarget(Target):
    """Class 1 when the mean of the input is above one half."""

    def __init__(self, info: TargetInfo, behaviour: str) -> None:
        self.info = info
        self._behaviour = behaviour
        self._asked = 0

    def scores(self, x: Array) -> Array:
        if self._behaviour == "hangs":
            time.sleep(3600)
        if self._behaviour == "raises":
            raise ModelError("the model fell over")
        if self._behaviour == "dies":
            os._exit(9)
        self._asked += 1
        mean = x.reshape(len(x), -1).mean(axis=1)
        p = 1 / (1 + np.exp(-20 * (mean - 0.5)))
        if self._behaviour == "wavers" and self._asked % 2:
            p = 1 - p
        return np.stack([1 - p, p], axis=1).astype(np.float32)


class SumLoader(TargetLoader):
    """`kind: plugin, plugin: sum`."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(id="sum", title="Sum", summary="A model without an engine", kinds=("sum",))

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        info = TargetInfo(id=asset.id, input_shape=input_shape, classes=classes, bounds=asset.load.bounds)
        behaviour = str(asset.load.options.get("behaviour", ""))
        if behaviour == "hangs":
            (root / "opened").touch()  # tells a test when to interrupt
        return SumTarget(info, behaviour)
