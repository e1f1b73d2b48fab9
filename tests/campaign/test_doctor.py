"""The doctor finds each ailment it knows, on models that have it, and leaves a healthy one alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bartizan.campaign.doctor import examine
from bartizan.campaign.patient import Check
from bartizan.core.data import Data
from bartizan.core.system import ModelAsset
from bartizan.targets.open import open_target

torch.set_num_threads(1)
RNG = np.random.default_rng(0)
W = RNG.normal(size=(9, 3))
X = RNG.random((120, 1, 3, 3)).astype(np.float32)
Y = (X.reshape(120, 9) @ W).argmax(1)
NET = f"""
import numpy as np, torch
from torch import nn
W = torch.tensor({W.tolist()}, dtype=torch.float32)
class Linear(nn.Module):
    def __init__(self, scale=5.0):
        super().__init__()
        self.w = nn.Parameter(W * scale)
    def forward(self, x):
        return x.flatten(1) @ self.w
class Drops(Linear):
    def forward(self, x):
        return nn.functional.dropout(super().forward(x), 0.5, training=True)
class Noise(Linear):
    def forward(self, x):
        return super().forward(x) + 1e-3 * torch.randn(len(x), 3)
class Batch(Linear):
    def forward(self, x):
        z = super().forward(x)
        return (z - z.mean(0)) * 3
class NormsByBatch(Linear):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3, track_running_stats=False)
    def forward(self, x):
        return self.norm(super().forward(x))
class Stuck(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)
    def eval(self):
        return self
    def forward(self, x):
        return x.flatten(1) @ W + 0 * self.drop(x).sum()
class Later(Linear):
    calls = 0
    def forward(self, x):
        type(self).calls += 1
        if type(self).calls > 2:
            raise RuntimeError("connection lost")
        return super().forward(x)
class Sure(Linear):
    def __init__(self):
        super().__init__(1e4)
class Masked(Linear):
    def forward(self, x):
        return super().forward(torch.round(x * 8).detach() / 8) + 0 * x.sum()
def swapped():
    m = Linear(); m.w.data = m.w.data[:, [1, 2, 0]]; return m
"""


def _examine(folder: Path, factory: str, x: Any = X, y: Any = Y, **given: Any) -> dict[str, Check]:
    (folder / "net.py").write_text(NET)
    asset = ModelAsset.model_validate(
        {"id": "reader", "load": {"kind": "torch", "factory": f"net:{factory}", "bounds": [0.0, 1.0]}}
    )
    target = open_target(asset, folder, classes=3, input_shape=X.shape[1:])
    checks = examine(target, Data.of(x, y), **{"bounds": target.info.bounds, "eps": 0.1, **given})
    assert len({c.id for c in checks}) == len(checks)
    return {c.id: c for c in checks}


def test_a_healthy_model_passes_everything(tmp_path: Path) -> None:
    checks = _examine(tmp_path, "Linear", stated_accuracy=0.99, train=Data.of(X[::-1] / 2, Y))
    assert {c.status for c in checks.values()} == {"ok"}
    assert set(checks) == {
        "answers", "eval_mode", "steady", "alone", "inputs", "eps", "output", "gradients", "classes", "enough",
        "accuracy", "apart",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("factory", "check", "status", "says"),
    [
        ("Drops", "steady", "fail", "labels differ"),
        ("Noise", "steady", "warn", "scores differ"),
        ("Batch", "alone", "fail", "influence each other"),
        ("NormsByBatch", "eval_mode", "fail", "running statistics"),
        ("Stuck", "eval_mode", "fail", "training mode"),
        ("Later", "answers", "fail", "connection lost"),
        ("Sure", "output", "warn", "gradients vanish"),
        ("Masked", "gradients", "warn", "zero for 100%"),
    ],
)
def test_each_ailment_is_found(tmp_path: Path, factory: str, check: str, status: str, says: str) -> None:
    found = _examine(tmp_path, factory)[check]
    assert found.status == status
    assert says in found.sentence


@pytest.mark.parametrize(
    ("given", "check", "status", "says"),
    [
        ({"x": X * 255}, "inputs", "fail", "scale: 0.0039"),
        ({"x": X - 0.5}, "inputs", "fail", "outside the stated bounds [0, 1]"),
        ({"x": X * 0.05}, "inputs", "warn", "small part"),
        ({"bounds": None}, "inputs", "warn", "no bounds"),
        ({"eps": 1.5}, "eps", "fail", "larger than the whole range"),
        ({"eps": 0.6}, "eps", "warn", "half of the range"),
        ({"eps": 1.5, "norm": "l2"}, "eps", "ok", "range of 3"),
        ({"y": Y + 1}, "classes", "fail", "up to 3"),
        ({"y": Y * 0}, "classes", "warn", "1 of the model's 3"),
        ({"y": Y * 0}, "enough", "warn", "all test examples are of class 0"),
        ({"x": X[:1], "y": Y[:1]}, "enough", "warn", "1 test examples are few"),
        ({"y": (Y + 1) % 3}, "accuracy", "warn", "no better than"),
        ({"y": (Y + 1) % 3, "stated_accuracy": 0.9}, "accuracy", "fail", "below the stated 0.9"),
        ({"stated_accuracy": 0.5}, "accuracy", "warn", "above the stated 0.5"),
        ({"train": Data.of(X, Y)}, "apart", "fail", "120 of 120 test examples"),
        ({"train": Data.of(np.concatenate([X[:6], X[:6] / 2]), Y[:12])}, "apart", "warn", "left out"),
    ],
)
def test_what_does_not_fit_is_found(tmp_path: Path, given: dict[str, Any], check: str, status: str, says: str) -> None:
    found = _examine(tmp_path, "Linear", **given)[check]
    assert found.status == status
    assert says in found.sentence


def test_a_wrong_order_of_classes_shows_in_the_accuracy(tmp_path: Path) -> None:
    assert _examine(tmp_path, "swapped", stated_accuracy=0.95)["accuracy"].status == "fail"
