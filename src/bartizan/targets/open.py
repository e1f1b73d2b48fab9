"""Open a model as the description says: the one door to every target."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bartizan.core.contracts import Plugin, TargetLoader
from bartizan.core.errors import ModelError, UsageError
from bartizan.core.plugins import find, plugins
from bartizan.core.target import Target

_NEEDED = {"torch": "torch", "onnx": "onnxruntime", "trees": "sklearn"}


def open_target(asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
    """The target of a model asset of a description; paths start from the folder `root`.

    classes: how many the labels have; input_shape: of one input, without the batch.
    Raises `ModelError` or `UnsafeFileError` in one sentence.
    """
    if asset.load is None:
        raise ModelError(f"the model '{asset.id}' says nothing under 'load', so it cannot be opened")
    loader = loader_of(asset.load)
    if loader.spec.extra:
        require_extra(loader.spec.extra, f"the model '{asset.id}'")
    return loader.load(asset, Path(root), classes=classes, input_shape=tuple(input_shape))


def is_differentiable(load: Any, root: Path | None) -> bool:
    """Whether a model of this `load` has gradients, as far as can be told without opening it. False when no loader
    for it is installed."""
    if load is None:
        return False
    try:
        return loader_of(load).differentiable(load, root)
    except ModelError:
        return False


def require_extra(extra: str, what: str) -> None:
    """Raise `ModelError` when the packages of a pip extra are not installed."""
    module = _NEEDED.get(extra, extra)
    if find_spec(module) is None:
        raise ModelError(f"{what} needs {module}: pip install 'bartizan[{extra}]'")


def loader_of(load: Any) -> TargetLoader:
    """The plugin that opens models of this `load`. Raises `ModelError` when none is installed."""
    found: type[Plugin] | None
    if load.kind == "plugin":
        try:
            found = find("targets", load.plugin)
        except UsageError as cause:
            raise ModelError(str(cause)) from cause
    else:
        by_kind = (p for p in plugins("targets").values() if load.kind in getattr(p.spec, "kinds", ()))
        found = next(by_kind, None)
    if found is None or not issubclass(found, TargetLoader):
        raise ModelError(f"no loader for models of kind '{load.kind}' is installed")
    return found()
