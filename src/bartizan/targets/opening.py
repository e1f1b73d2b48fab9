"""What every target loader needs from a description, looked up and checked in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import ModelError, UnsafeFileError
from bartizan.core.target import TargetInfo
from bartizan.formats.bounded import regular_file
from bartizan.formats.digest import digest_of, file_digest
from bartizan.formats.model_scan import FileReport, inspect_file, require_safe
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import UserFunction, user_function

from .outputs import Reading, first_output, reading_of
from .preprocessing import Preprocess, preprocess_of

_PROBES = 16  # inputs a freshly opened model is asked about, to see what it returns


@dataclass(frozen=True)
class Opening:
    """A model asset on its way to becoming a target. `path` is its file, or None when it has none.

    batch: the one batch size the model takes, or None when it takes any.
    """

    name: str
    load: Any
    root: Path
    path: Path | None
    classes: int
    input_shape: tuple[int, ...]
    preprocess: Preprocess
    train: UserFunction | None = None
    promise: tuple[float, float] | None = None
    reading: Reading = "logits"
    batch: int | None = None

    @property
    def modality(self) -> Literal["image", "tabular"]:
        """Inputs of one dimension are rows of a table; all else are images."""
        return "image" if len(self.input_shape) > 1 else "tabular"

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Bounds of the space the adversary controls."""
        return (
            self.load.bounds if self.load.bounds is None else (float(self.load.bounds[0]), float(self.load.bounds[1]))
        )

    def safe_path(self, *kinds: FileKind) -> tuple[Path, FileKind]:
        """The model file, when it is of one of `kinds` and nothing in it would run. Raises `UnsafeFileError`."""
        report = require_safe(self.any_path(), *kinds)
        return report.path, report.kind

    def trusted_path(self, *kinds: FileKind) -> FileReport:
        """As `safe_path`, but a file that `trust: pickle` vouches for passes whatever is in it."""
        report = inspect_file(self.any_path())
        if self.load.trust == "pickle":
            return report
        if report.kind in (FileKind.PICKLE, FileKind.ZLIB, FileKind.GZIP, FileKind.BZIP2, FileKind.XZ):
            raise UnsafeFileError(
                f"{report.path} is a pickle, which runs whatever its maker put in it when it is opened. Save the model"
                " in a safe format (skops, safetensors, ONNX), or write 'trust: pickle' under load if you trust it"
            )
        return require_safe(report.path, *kinds)

    def any_path(self) -> Path:
        """The model file; it exists and has the digest the description states. Raises `ModelError`."""
        if self.path is None:
            raise ModelError(f"the model '{self.name}' names no file")
        regular_file(self.path, f"the model '{self.name}'", ModelError)
        if self.load.sha256 is not None and file_digest(self.path) != self.load.sha256:
            raise UnsafeFileError(f"{self.path} does not have the sha256 that the description states for '{self.name}'")
        return self.path

    def info(self, *, differentiable: bool, extra: tuple[str, ...] = ()) -> TargetInfo:
        """What is known of the target. `extra`: digests of whatever else decides what it answers."""
        digest = self._digest(extra)
        return TargetInfo(
            id=self.name,
            input_shape=self.input_shape,
            classes=self.classes,
            bounds=self.bounds,
            modality=self.modality,
            differentiable=differentiable,
            retrainable=self.train is not None,
            digest=digest,
            undefended=digest,
            promise=self.promise,
        )

    def files(self) -> list[str]:
        """The model file, as a list."""
        return [] if self.path is None else [str(self.path)]

    def probes(self) -> Array:
        """A few inputs within the bounds (within [0, 1] where none are stated), the same ones every time."""
        low, high = self.bounds or (0.0, 1.0)
        rng = np.random.default_rng(0)
        return rng.uniform(low, high, (_PROBES, *self.input_shape)).astype(np.float32)

    def read_by(self, answer: Callable[[Array], Any]) -> Opening:
        """The same, knowing whether `answer` (inputs to raw outputs) returns logits or probabilities."""
        raw = np.asarray(first_output(answer(self.probes()), self.name))
        if raw.dtype.kind not in "fiu" or raw.ndim == 0:
            raise ModelError(f"the model '{self.name}' returns {raw.dtype} values, not class scores")
        return replace(self, reading=reading_of(_numbers(raw)))

    def _digest(self, extra: tuple[str, ...]) -> str:
        return digest_of(
            self.load.kind,
            file_digest(self.path) if self.path is not None else "",
            self.preprocess.digest(),
            repr((self.bounds, self.classes, self.input_shape, self.reading)),
            self.train.digest if self.train else "",
            *extra,
        )


def _numbers(raw: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(raw.astype(np.float64))


def opening(asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Opening:
    """Look up what the description says of a model asset. Raises `ModelError` in one sentence."""
    load = asset.load
    if load is None:
        raise ModelError(f"the model '{asset.id}' says nothing under 'load', so it cannot be opened")
    for key, stated, found in (("classes", load.classes, classes), ("input_shape", load.input_shape, input_shape)):
        if stated is not None and _plain(stated) != _plain(found):
            raise ModelError(f"the model '{asset.id}' states {key} {_plain(stated)}, but the data have {_plain(found)}")
    file = load.file
    return Opening(
        name=asset.id,
        load=load,
        root=root,
        path=None if file is None else root / file,
        classes=classes,
        input_shape=tuple(input_shape),
        preprocess=preprocess_of(load, root, tuple(input_shape), asset.id),
        train=None if asset.retrain is None else user_function(asset.retrain.function, root, ModelError),
        promise=_promise(asset.retrain),
    )


def _promise(retrain: Any) -> tuple[float, float] | None:
    said = getattr(retrain, "promise", None)
    return None if said is None else (said.epsilon, said.delta)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
