"""`kind: xgboost` and `kind: lightgbm`: boosted trees in their own text and binary formats, which hold no code."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from bartizan.core.contracts import LoaderSpec, TargetLoader
from bartizan.core.errors import ModelError
from bartizan.core.target import Target
from bartizan.formats.sniff import FileKind
from bartizan.formats.user_code import told

from .estimator_target import estimator_target
from .opening import opening


class Xgboost(TargetLoader):
    """A Booster in JSON or UBJSON."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="xgboost",
        title="XGBoost",
        summary="A booster in XGBoost's JSON or UBJSON format",
        kinds=("xgboost",),
        extra="trees",
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        import xgboost

        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        path, kind = opened.safe_path(FileKind.XGBOOST_JSON, FileKind.XGBOOST_UBJ)
        suffix = "json" if kind is FileKind.XGBOOST_JSON else "ubj"
        model = xgboost.Booster({"nthread": 1, "verbosity": 0})
        try:
            raw = path.read_bytes()
            model.load_model(bytearray(raw))
            features = int(model.num_features())
        except Exception as cause:
            raise ModelError(f"{path} does not load as an XGBoost model in {suffix}: {told(cause)}") from cause
        _same_width(opened.name, features, input_shape)
        return estimator_target(opened, model)


class Lightgbm(TargetLoader):
    """A Booster in LightGBM's text format."""

    spec: ClassVar[LoaderSpec] = LoaderSpec(
        id="lightgbm",
        title="LightGBM",
        summary="A booster in LightGBM's text format",
        kinds=("lightgbm",),
        extra="trees",
    )

    def load(self, asset: Any, root: Path, *, classes: int, input_shape: tuple[int, ...]) -> Target:
        import lightgbm

        opened = opening(asset, root, classes=classes, input_shape=input_shape)
        path, _ = opened.safe_path(FileKind.LIGHTGBM)
        try:
            model = lightgbm.Booster(model_str=path.read_text(encoding="utf-8"))
            features = int(model.num_feature())
        except Exception as cause:
            raise ModelError(f"{path} does not load as a LightGBM model: {told(cause)}") from cause
        _same_width(opened.name, features, input_shape)
        return estimator_target(opened, model)


def _same_width(name: str, features: int, input_shape: tuple[int, ...]) -> None:
    width = 1
    for n in input_shape:
        width *= n
    if features != width:
        raise ModelError(f"the model '{name}' takes {features} features, but the data have {width}")
