"""`kind: torch`: a module built by the user's own `build()`, with weights from safetensors or a checkpoint."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.errors import ModelError, UnsafeFileError
from bartizan.core.target import Target
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import user_function
from bartizan.formats.weights.safetensors_file import read_header
from bartizan.numerics.seeds import seeded

from .opening import Opening, opening
from .outputs import raised_by
from .torch_target import load_state, torch_target

if TYPE_CHECKING:
    import torch

_WRAPPERS = ("state_dict", "model_state_dict", "model")


class TorchFactory(TargetLoader):
    """Builds the module, loads the weights into it, never unpickles without `trust: pickle`."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="torch",
        title="PyTorch module",
        summary="A module built by `build()` of the user, with safetensors or a weights_only checkpoint",
        kinds=("torch",),
        extra="torch",
        differentiable=True,
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        import torch

        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        state = weights_of(opened) if opened.path is not None else None
        factory = user_function(opened.load.factory, root, ModelError)
        with seeded(0):
            core = factory()
        if not isinstance(core, torch.nn.Module):
            raise ModelError(f"{factory.ref} returned {type(core).__name__}; it must return an nn.Module")
        if isinstance(state, torch.nn.Module):
            core = state
        elif state is not None:
            load_state(core, state, opened.name)
        return torch_target(opened, core, extra=(factory.digest,))


def weights_of(opened: Opening) -> Any:
    """The weights by name, from a file in which nothing runs, or the whole module of a trusted pickle."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    report = opened.trusted_path(FileKind.SAFETENSORS, FileKind.TORCH)
    path = report.path
    if report.kind is not FileKind.SAFETENSORS:
        return _checkpoint(path, opened, safe=report.safe)
    read_header(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as cause:
        raise UnsafeFileError(f"{path} cannot be read as safetensors: {cause}") from cause


def _checkpoint(path: Path, opened: Opening, *, safe: bool) -> dict[str, torch.Tensor] | torch.nn.Module:
    import torch

    try:
        with raised_by(opened.name):
            found = torch.load(path, map_location="cpu", weights_only=safe or opened.load.trust != "pickle")
    except ModelError as cause:
        reason = cause.__cause__
        if isinstance(reason, pickle.UnpicklingError):
            raise UnsafeFileError(f"{path} cannot be opened without running what is in it; save safetensors") from cause
        raise ModelError(f"{path} does not load: {cause}") from cause
    if isinstance(found, torch.nn.Module):
        return found
    for key in _WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(key), dict):
            found = found[key]
    if not isinstance(found, dict) or not all(isinstance(v, torch.Tensor) for v in found.values()):
        raise ModelError(f"{path} does not hold weights by name (a state_dict)")
    return found
