"""The torch loader: what must never run, what must be said in a sentence, and that the target answers as the model."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bartizan.core.errors import ModelError, UnsafeFileError
from bartizan.core.system import ModelAsset
from bartizan.targets.open import open_target

torch.set_num_threads(1)

NET = """
import torch
from torch import nn
def build():
    torch.manual_seed(3)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3))
def soft():
    return nn.Sequential(build(), nn.Softmax(dim=1))
def one():
    torch.manual_seed(4)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 1))
def number():
    return 7
def broken():
    raise ValueError("no such layer")
class Raises(nn.Module):
    def forward(self, x):
        raise RuntimeError("boom")
class Nan(nn.Module):
    def forward(self, x):
        return torch.full((len(x), 3), float("nan"))
def train(x, y, *, seed):
    drift = torch.randn(())
    model = build()
    with torch.no_grad():
        model[1].weight += float(x.mean()) + drift
    return model
def train_nothing(x, y, *, seed):
    return "model"
"""
SHAPE = (1, 4, 4)


class Payload:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.file),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(NET)
    save_file({k: v.contiguous() for k, v in _built().state_dict().items()}, tmp_path / "net.safetensors")
    return tmp_path


def _built() -> torch.nn.Module:
    scope: dict[str, Any] = {}
    exec(NET, scope)
    module: torch.nn.Module = scope["build"]()
    return module.eval()


def _asset(retrain: str | None = None, **load: Any) -> ModelAsset:
    given = {"kind": "torch", "factory": "net:build", "bounds": [0.0, 1.0], **load}
    return ModelAsset.model_validate(
        {"id": "reader", "load": given, "retrain": retrain and {"function": retrain, "data": "train"}}
    )


def _open(folder: Path, of: int = 3, retrain: str | None = None, **load: Any) -> Any:
    return open_target(_asset(retrain, **load), folder, classes=of, input_shape=SHAPE)


def _x(n: int = 5) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(1).random((n, *SHAPE), np.float32)


@pytest.mark.parametrize("trust", [None])
@pytest.mark.parametrize("shape", ["pickle", "zip", "legacy"])
def test_a_malicious_checkpoint_never_runs(folder: Path, shape: str, trust: str | None) -> None:
    made, file = folder / "made", folder / "weights.pt"
    raw = pickle.dumps(Payload(made), protocol=2)
    if shape == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", raw)
            archive.writestr("archive/version", "3\n")
    elif shape == "legacy":
        torch.save({"a": Payload(made)}, file, _use_new_zipfile_serialization=False)
    else:
        file.write_bytes(raw)
    with pytest.raises(UnsafeFileError) as told:
        _open(folder, weights="weights.pt", trust=trust)
    assert not made.exists()
    assert "weights.pt" in str(told.value)


def test_the_payload_of_these_tests_does_run_when_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Payload(tmp_path / "made")))  # noqa: S301
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("load", "classes", "says"),
    [
        ({"weights": "nowhere.safetensors"}, 3, "no file"),
        ({"factory": "net:number"}, 3, "int"),
        ({"factory": "net:biuld"}, 3, "did you mean 'build'"),
        ({"factory": "nett:build"}, 3, "neither a file"),
        ({"factory": "net:broken"}, 3, "no such layer"),
        ({"factory": "net:Raises"}, 3, "boom"),
        ({"factory": "net:Nan"}, 3, "NaN for 16 of 16"),
        ({}, 5, "3 classes apart"),
        ({"classes": 4}, 3, "states classes 4"),
        ({"input_shape": [1, 8, 8]}, 3, "states input_shape"),
        ({"factory": "net:one", "weights": "net.safetensors"}, 2, "do not fit"),
        ({"preprocessing": {"mean": [0.0, 0.0], "std": [1.0, 1.0]}}, 3, "2 means"),
    ],
)
def test_a_model_that_cannot_be_used_is_told_in_one_sentence(
    folder: Path, load: dict[str, Any], classes: int, says: str
) -> None:
    with pytest.raises(ModelError) as told:
        _open(folder, classes, **load)
    assert says in str(told.value)
    assert "\n" not in str(told.value)
    assert "net" in str(told.value) or "reader" in str(told.value)


@pytest.mark.parametrize("damage", ["cut", "text", "digest"])
def test_a_damaged_file_is_refused(folder: Path, damage: str) -> None:
    file = folder / "net.safetensors"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-7])
    elif damage == "text":
        file.write_text("hello there")
    with pytest.raises(UnsafeFileError):
        _open(folder, weights=file.name, sha256="0" * 64 if damage == "digest" else None)


@pytest.mark.parametrize("form", ["safetensors", "checkpoint", "wrapped"])
def test_scores_are_those_of_the_module_in_evaluation_mode(folder: Path, form: str) -> None:
    module, name = _built(), "net.safetensors"
    if form != "safetensors":
        name = "net.pt"
        state = module.state_dict()
        torch.save(state if form == "checkpoint" else {"state_dict": state, "epoch": 3}, folder / name)
    target = _open(folder, weights=name)
    with torch.no_grad():
        want = torch.softmax(module(torch.from_numpy(_x())), 1).numpy()
    np.testing.assert_allclose(target.scores(_x()), want, atol=1e-6)
    assert target.info.bounds == (0.0, 1.0)
    assert target.info.differentiable
    assert target.info.modality == "image"


def test_probabilities_are_recognised_and_have_logits(folder: Path) -> None:
    plain, soft = _open(folder), _open(folder, factory="net:soft")
    np.testing.assert_allclose(plain.scores(_x()), soft.scores(_x()), atol=1e-6)


def test_one_output_is_two_classes(folder: Path) -> None:
    target = _open(folder, 2, factory="net:one")
    scores = target.scores(_x())
    assert scores.shape == (5, 2)
    np.testing.assert_allclose(scores.sum(1), 1, atol=1e-6)


def test_preprocessing_outside_is_part_of_the_target_and_of_its_gradient(folder: Path) -> None:
    inside, outside = _open(folder), _open(folder, preprocessing={"mean": [0.5], "std": [0.25]})
    np.testing.assert_allclose(outside.scores(_x()), inside.scores((_x() - 0.5) / 0.25), atol=1e-5)
    x = torch.from_numpy(_x()).requires_grad_()
    (gradient,) = torch.autograd.grad(outside.logits(x)[:, 0].sum(), x)
    z = torch.from_numpy((_x() - 0.5) / 0.25).requires_grad_()
    (plain,) = torch.autograd.grad(inside.logits(z)[:, 0].sum(), z)
    np.testing.assert_allclose(gradient.numpy(), plain.numpy() / 0.25, rtol=1e-4)
    assert inside.info.digest != outside.info.digest


def test_parameters_go_out_and_in_again(folder: Path) -> None:
    target = _open(folder, weights="net.safetensors")
    arrays = target.parameters()
    other = target.with_parameters({k: v * 0 if v.ndim else v for k, v in arrays.items()}, digest="d")
    np.testing.assert_allclose(other.scores(_x()), 1 / 3, atol=1e-6)
    np.testing.assert_array_equal(target.with_parameters(arrays, digest="d").scores(_x()), target.scores(_x()))
    assert other.info.digest != target.info.digest
    with pytest.raises(ModelError, match="missing"):
        target.with_parameters({}, digest="d")


def test_the_digest_follows_the_code_and_the_weights(folder: Path) -> None:
    first = _open(folder, weights="net.safetensors").info.digest
    assert _open(folder, weights="net.safetensors").info.digest == first
    (folder / "net.py").write_text(NET + "\nx = 1\n")
    assert _open(folder, weights="net.safetensors").info.digest != first


def test_retraining_is_the_users_own_and_follows_the_seed(folder: Path) -> None:
    target = _open(folder, retrain="net:train")
    x, y = _x(6), np.zeros(6, np.int64)
    state = torch.get_rng_state()
    first, again, other = (target.retrain(x, y, seed=s) for s in (1, 1, 2))
    assert torch.equal(state, torch.get_rng_state())
    np.testing.assert_array_equal(first.scores(x), again.scores(x))
    assert (first.scores(x) != other.scores(x)).any()
    assert first.info.digest == again.info.digest != other.info.digest
    with pytest.raises(ModelError, match="str"):
        _open(folder, retrain="net:train_nothing").retrain(x, y, seed=0)
