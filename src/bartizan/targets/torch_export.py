"""`kind: torch_export`: a program saved by `torch.export.save`, opened only after its graph was read (see
`formats.torch_archives.export`)."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.errors import UnsafeFileError
from bartizan.core.target import Target
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import told

from .opening import opening
from .torch_target import torch_target

if TYPE_CHECKING:
    import torch


class TorchExport(TargetLoader):
    """Loads exported programs that hold tensors and torch's own operators, and nothing else."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="torch_export",
        title="torch.export",
        summary="An exported PyTorch program (.pt2)",
        kinds=("torch_export",),
        extra="torch",
        differentiable=True,
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        import torch

        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        path, _ = opened.safe_path(FileKind.TORCH_EXPORT)
        try:
            with _quiet():
                program = torch.export.load(path)
                core = program.module(check_guards=False)
        except Exception as cause:
            raise UnsafeFileError(f"{path} cannot be read as an exported program: {told(cause)}") from cause
        return torch_target(replace(opened, batch=batch_of(program)), core)


def batch_of(program: torch.export.ExportedProgram) -> int | None:
    """The batch size the program was exported with, or None when it takes any."""
    inputs = set(program.graph_signature.user_inputs)
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name in inputs:
            first = node.meta["val"].shape[0]
            return first if isinstance(first, int) else None
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("torch.export")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
