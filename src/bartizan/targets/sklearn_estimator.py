"""`kind: sklearn`: an estimator in skops, or in a pickle that the description vouches for."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, ClassVar

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.errors import ModelError, UnsafeFileError
from bartizan.core.target import Target
from bartizan.formats.archives.skops_archive import is_plain_type
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import told

from .estimator_target import estimator_target, is_estimator
from .opening import opening


class SklearnEstimator(TargetLoader):
    """skops with scikit-learn's own types only; pickle and joblib with `trust: pickle` only."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="sklearn",
        title="scikit-learn estimator",
        summary="An estimator saved by skops, or a trusted pickle",
        kinds=("sklearn",),
        extra="trees",
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        report = opened.trusted_path(FileKind.SKOPS)
        skops = report.kind is FileKind.SKOPS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = _from_skops(report.path) if skops else _from_pickle(report.path, opened.name)
        if not is_estimator(model):
            raise ModelError(f"{report.path} holds {type(model).__name__}, which predicts nothing")
        return estimator_target(opened, model)


def _from_skops(path: Path) -> Any:
    from skops import io

    try:
        odd = [name for name in io.get_untrusted_types(file=path) if not is_plain_type(name)]
        if odd:
            raise UnsafeFileError(f"{path} would build {odd[0]}, which is not a type of scikit-learn")
        return io.load(path, trusted=io.get_untrusted_types(file=path))
    except UnsafeFileError:
        raise
    except Exception as cause:
        raise UnsafeFileError(f"{path} cannot be read as skops: {told(cause)}") from cause


def _from_pickle(path: Path, name: str) -> Any:
    import joblib

    try:
        return joblib.load(path)
    except (Exception, SystemExit) as cause:
        raise ModelError(f"the model '{name}': {path} does not load: {told(cause)}") from cause
