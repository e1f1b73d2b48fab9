"""`kind: torchscript`: a TorchScript archive. Its code runs in torch's own interpreter, without Python."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, ClassVar

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.errors import UnsafeFileError
from bartizan.core.target import Target
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import told

from .opening import opening
from .torch_target import torch_target


class Torchscript(TargetLoader):
    """Loads archives whose pickles name their own classes only and whose code does not reach the disk."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="torchscript",
        title="TorchScript",
        summary="A scripted or traced PyTorch module",
        kinds=("torchscript",),
        extra="torch",
        differentiable=True,
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        import torch

        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        path, _ = opened.safe_path(FileKind.TORCHSCRIPT)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                warnings.simplefilter("ignore", FutureWarning)
                core = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
        except Exception as cause:
            raise UnsafeFileError(f"{path} cannot be read as TorchScript: {told(cause)}") from cause
        return torch_target(opened, core)
