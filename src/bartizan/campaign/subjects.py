"""Identity of what is tested, told from files and description alone: no model is opened for it."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

from bartizan.core.base import canonical_json
from bartizan.core.errors import BartizanError, ModelError, UsageError
from bartizan.formats.onnx.wire import files_beside
from bartizan.targets.open import loader_of


def model_digest(asset: Any, root: Path) -> str:
    """SHA-256 over how and by what a model is loaded and retrained, its files, and the sources of functions named."""
    load = asset.load.model_dump(mode="json") if asset.load else {}
    retrain = asset.retrain.model_dump(mode="json", exclude_none=True) if asset.retrain else {}
    h = hashlib.sha256(canonical_json({"load": load, "retrain": retrain, "loader": _loader(asset.load)}).encode())
    for path in files_of(asset, root):
        h.update(path.name.encode() + b"\0" + file_digest(path).encode())
    return h.hexdigest()


def _loader(load: Any) -> list[Any]:
    """Id and version of the plugin that opens the model; nothing where none is installed."""
    try:
        spec = loader_of(load).spec if load is not None else None
    except ModelError:
        return []
    return [spec.id, spec.version] if spec is not None else []


def files_of(asset: Any, root: Path) -> list[Path]:
    """The model file, the files beside it that it keeps weights in, and the sources of the functions the description
    names, in a fixed order."""
    found = [root / asset.load.file] if asset.load is not None and asset.load.file else []
    found += [beside for file in found for beside in files_beside(file)]
    references = {getattr(asset.load, "factory", None), asset.retrain.function if asset.retrain else None}
    preprocessing = getattr(asset.load, "preprocessing", None)
    references.add(getattr(preprocessing, "function", None))
    sources = [source_of(r, root) for r in sorted(str(r) for r in references if r)]
    return found + sorted({near for s in sources if s is not None for near in _with_neighbours(s, root)})


def source_of(reference: str, root: Path) -> Path | None:
    """The file behind `module:function` or `file.py:function`, looked for beside the description first."""
    module = reference.rpartition(":")[0]
    beside = root / (module if module.endswith(".py") else module.replace(".", "/") + ".py")
    if beside.is_file():
        return beside
    try:
        spec = importlib.util.find_spec(module)
    except (Exception, SystemExit):  # looking into a package runs it, and it may do as it likes
        return None
    return Path(spec.origin) if spec and spec.origin and Path(spec.origin).is_file() else None


def _with_neighbours(source: Path, root: Path) -> list[Path]:
    """A source beside the description may import any module next to it; which ones, only running it would tell."""
    return sorted(source.parent.glob("*.py")) if source.is_relative_to(root) else [source]


def file_digest(path: Path) -> str:
    """SHA-256 of a file. Raises `UsageError` when it cannot be read."""
    h = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                h.update(block)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    return h.hexdigest()


def sentence(error: BaseException) -> str:
    """One line for whatever went wrong: our own sentences as they are, others with their type."""
    if isinstance(error, BartizanError):
        return str(error)
    text = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {text[:300]}"
