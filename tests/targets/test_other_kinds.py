"""The loaders of every other kind of model file: same answers as the model, nothing unsafe opened."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bartizan.core.errors import ModelError, UnsafeFileError, UsageError
from bartizan.core.system import ModelAsset
from bartizan.targets.open import open_target

torch.set_num_threads(1)
SHAPE = (1, 4, 4)
RNG = np.random.default_rng(0)
X = RNG.random((40, *SHAPE)).astype(np.float32)
T = X.reshape(40, 16)
Y = (T[:, :8].sum(1) > T[:, 8:].sum(1)).astype(np.int64)


class Payload:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.file),)


def _open(path: Path, kind: str, *, classes: int = 3, shape: tuple[int, ...] = SHAPE, **load: Any) -> Any:
    given = {"kind": kind, "path": path.name, "bounds": [0.0, 1.0], **load}
    if kind == "torch":
        given = {"kind": kind, "weights": path.name, "factory": "net:build"}
    asset = ModelAsset.model_validate({"id": "reader", "load": given})
    return open_target(asset, path.parent, classes=classes, input_shape=shape)


def _net() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 3, padding=1), torch.nn.BatchNorm2d(6), torch.nn.ReLU(), torch.nn.Flatten(),
        torch.nn.Dropout(0.5), torch.nn.Linear(96, 3),
    ).eval()  # fmt: skip


def _want(net: torch.nn.Module) -> Any:
    with torch.no_grad():
        return torch.softmax(net(torch.from_numpy(X)), 1).numpy()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    x = torch.zeros(2, *SHAPE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(_net()).save(folder / "net.ts")
        batch = ({0: torch.export.Dim("batch")},)
        torch.export.save(torch.export.export(_net(), (x,), dynamic_shapes=batch), folder / "net.pt2")
        torch.export.save(torch.export.export(_net(), (x[:1],)), folder / "one.pt2")
    return folder


@pytest.mark.parametrize(
    ("file", "kind"), [("net.ts", "torchscript"), ("net.pt2", "torch_export"), ("one.pt2", "torch_export")]
)
def test_torch_archives_answer_as_the_module_and_have_gradients(exported: Path, file: str, kind: str) -> None:
    target = _open(exported / file, kind)
    np.testing.assert_allclose(target.scores(X), _want(_net()), atol=1e-5)
    x = torch.from_numpy(X[:3]).requires_grad_()
    (gradient,) = torch.autograd.grad(target.logits(x)[:, 0].sum(), x)
    assert gradient.abs().sum() > 0
    arrays = target.parameters()
    assert arrays
    moved = target.with_parameters({k: v * 0 if v.ndim else v for k, v in arrays.items()}, digest="zero")
    np.testing.assert_allclose(moved.scores(X), 1 / 3, atol=1e-6)
    np.testing.assert_allclose(target.scores(X), _want(_net()), atol=1e-5)


def _rewritten(source: Path, to: Path, change: Any) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return to


def _graph_edit(find: str, put: str) -> Any:
    return lambda name, raw: raw.replace(find.encode(), put.encode()) if name.endswith("model.json") else raw


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ("torch.ops.aten.relu.default", "torch.os.system"),
        ("torch.ops.aten.relu.default", "torch.ops.aten.from_file.default"),
        ("Symbol(", "__import__('os').system("),
        ('"guards_code": []', "\"guards_code\": [\"__import__('os').mkdir('made')\"]"),
        ('"name": "relu"', '"name": "relu):\\n    import os #"'),
    ],
)
def test_an_exported_graph_that_would_run_code_is_refused(exported: Path, tmp_path: Path, find: str, put: str) -> None:
    with zipfile.ZipFile(exported / "net.pt2") as archive:
        assert find.encode() in archive.read("net/models/model.json")
    file = _rewritten(exported / "net.pt2", tmp_path / "net.pt2", _graph_edit(find, put))
    with pytest.raises(UnsafeFileError, match=r"net\.pt2"):
        _open(file, "torch_export")


def test_an_exported_program_with_a_pickled_payload_is_refused(exported: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"

    def change(name: str, raw: bytes) -> bytes:
        if name.endswith("model_constants_config.json"):
            entry = {"path_name": "opaque_obj_0", "is_param": False, "use_pickle": True, "tensor_meta": None}
            return json.dumps({"config": {"c": entry}}).encode()
        return raw

    file = _rewritten(exported / "net.pt2", tmp_path / "net.pt2", change)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("net/data/constants/opaque_obj_0", pickle.dumps(Payload(made)))
    with pytest.raises(UnsafeFileError):
        _open(file, "torch_export")
    assert not made.exists()


def test_a_scripted_module_that_reaches_the_disk_is_refused(exported: Path, tmp_path: Path) -> None:
    def change(name: str, raw: bytes) -> bytes:
        return raw.replace(b"torch.linear(", b"torch.from_file(") if name.endswith(".py") else raw

    with pytest.raises(UnsafeFileError, match="from_file"):
        _open(_rewritten(exported / "net.ts", tmp_path / "net.ts", change), "torchscript")


@pytest.mark.parametrize("kind", ["torch", "torchscript", "torch_export", "onnx", "sklearn", "xgboost", "lightgbm"])
@pytest.mark.parametrize("form", ["pickle", "joblib", "zip", "disguised"])
def test_a_malicious_pickle_runs_through_no_loader(tmp_path: Path, kind: str, form: str) -> None:
    import joblib

    made, file = tmp_path / "made", tmp_path / ("m.safetensors" if form == "disguised" else "m.bin")
    (tmp_path / "net.py").write_text("from torch import nn\ndef build():\n    return nn.Flatten()\n")
    raw = pickle.dumps(Payload(made))
    if form == "joblib":
        joblib.dump(Payload(made), file, compress=3)
    elif form == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            for name in ("a/data.pkl", "a/constants.pkl", "a/archive_format", "a/data/constants/opaque_obj_0"):
                archive.writestr(name, raw)
    else:
        file.write_bytes(raw)
    with pytest.raises(UnsafeFileError) as told:
        _open(file, kind)
    assert not made.exists()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["torch", "torchscript", "torch_export", "onnx", "sklearn", "xgboost", "lightgbm"])
@pytest.mark.parametrize("raw", [b"", b"nonsense", b"{}", b"PK\x03\x04nonsense"])
def test_nonsense_is_told_in_one_sentence(tmp_path: Path, kind: str, raw: bytes) -> None:
    (tmp_path / "m").write_bytes(raw)
    (tmp_path / "net.py").write_text("from torch import nn\ndef build():\n    return nn.Flatten()\n")
    with pytest.raises(UsageError) as told:
        _open(tmp_path / "m", kind)
    assert "\n" not in str(told.value)


def _forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), RandomForestClassifier(4, max_depth=3, random_state=0)).fit(T, Y)


def test_skops(tmp_path: Path) -> None:
    from skops import io

    model = _forest()
    io.dump(model, tmp_path / "m.skops")
    target = _open(tmp_path / "m.skops", "sklearn", classes=2, shape=(16,))
    np.testing.assert_allclose(target.scores(T), model.predict_proba(T), atol=1e-6)
    assert target.info.modality == "tabular"
    assert not target.info.differentiable


def test_skops_with_a_foreign_type_is_refused(tmp_path: Path) -> None:
    from sklearn.preprocessing import FunctionTransformer
    from skops import io

    io.dump(FunctionTransformer(shutil.rmtree), tmp_path / "m.skops")
    with pytest.raises(UnsafeFileError, match="rmtree"):
        _open(tmp_path / "m.skops", "sklearn", classes=2, shape=(16,))


def test_a_trusted_pickle_opens_and_an_untrusted_one_says_what_to_do(tmp_path: Path) -> None:
    import joblib

    model, file = _forest(), tmp_path / "m.joblib"
    joblib.dump(model, file)
    with pytest.raises(UnsafeFileError, match="trust: pickle"):
        _open(file, "sklearn", classes=2, shape=(16,))
    target = _open(file, "sklearn", classes=2, shape=(16,), trust="pickle")
    np.testing.assert_allclose(target.scores(T), model.predict_proba(T), atol=1e-6)


def test_columns_follow_the_labels_when_training_lacked_a_class(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from skops import io

    io.dump(LogisticRegression().fit(T, Y * 2), tmp_path / "m.skops")
    scores = _open(tmp_path / "m.skops", "sklearn", classes=3, shape=(16,)).scores(T)
    assert scores.shape == (40, 3)
    assert not scores[:, 1].any()
    with pytest.raises(ModelError, match="labels 0 to 2"):
        _open(tmp_path / "m.skops", "sklearn", classes=2, shape=(16,))


def test_a_margin_is_read_as_two_classes(tmp_path: Path) -> None:
    from sklearn.svm import LinearSVC
    from skops import io

    model = LinearSVC().fit(T, Y)
    io.dump(model, tmp_path / "m.skops")
    target = _open(tmp_path / "m.skops", "sklearn", classes=2, shape=(16,))
    np.testing.assert_array_equal(target.labels(T), model.predict(T))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("suffix", ["json", "ubj"])
def test_xgboost(tmp_path: Path, classes: int, suffix: str) -> None:
    import xgboost

    y = np.arange(40) % classes
    goal = {"objective": "binary:logistic"} if classes == 2 else {"objective": "multi:softprob", "num_class": classes}
    model = xgboost.train({**goal, "max_depth": 2, "nthread": 1}, xgboost.DMatrix(T, y), 3)
    model.save_model(tmp_path / f"m.{suffix}")
    target = _open(tmp_path / f"m.{suffix}", "xgboost", classes=classes, shape=(16,))
    want = model.predict(xgboost.DMatrix(T))
    np.testing.assert_allclose(target.scores(T)[:, -1], want if classes == 2 else want[:, -1], atol=1e-6)
    with pytest.raises(ModelError, match="16 features, but the data have 9"):
        _open(tmp_path / f"m.{suffix}", "xgboost", classes=classes, shape=(9,))


@pytest.mark.parametrize("classes", [2, 3])
def test_lightgbm(tmp_path: Path, classes: int) -> None:
    import lightgbm

    y = np.arange(40) % classes
    goal = {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}
    given = {**goal, "num_threads": 1, "verbose": -1, "min_data_in_leaf": 2, "num_leaves": 4}
    model = lightgbm.train(given, lightgbm.Dataset(T, y), 3)
    model.save_model(tmp_path / "m.txt")
    target = _open(tmp_path / "m.txt", "lightgbm", classes=classes, shape=(16,))
    want = np.asarray(model.predict(T))
    np.testing.assert_allclose(target.scores(T)[:, -1], want if classes == 2 else want[:, -1], atol=1e-6)
    with pytest.raises(ModelError, match="classes apart"):
        _open(tmp_path / "m.txt", "lightgbm", classes=7, shape=(16,))


def test_models_that_predict_amounts_are_refused(tmp_path: Path) -> None:
    import lightgbm
    import xgboost
    from sklearn.linear_model import LinearRegression

    amounts = T.sum(1)
    xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(T, amounts), 2).save_model(tmp_path / "m.json")
    fitted = lightgbm.train({"objective": "regression", "verbosity": -1}, lightgbm.Dataset(T, amounts), 2)
    (tmp_path / "m.txt").write_text(fitted.model_to_string())
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(LinearRegression().fit(T, amounts)))
    for file, kind, more in (
        ("m.json", "xgboost", {}), ("m.txt", "lightgbm", {}), ("m.pkl", "sklearn", {"trust": "pickle"}),
    ):  # fmt: skip
        with pytest.raises(ModelError, match="predicts amounts, not classes"):
            _open(tmp_path / file, kind, classes=2, **more)
