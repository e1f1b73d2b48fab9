"""What every test shares: one thread, the stand-in plugins, and the smallest system that can be attacked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["OMP_NUM_THREADS"] = "1"

PACKAGE = Path(__file__).parent / "plugin_package"


def _forget() -> None:
    from bartizan.core import plugins

    plugins.plugins.cache_clear()
    plugins._external.cache_clear()
    for name in [n for n in sys.modules if n.split(".")[0] == "bartizan_stand_ins"]:
        del sys.modules[name]


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a distribution whose plugins are found through entry points, here and in worker processes."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    _forget()
    yield PACKAGE
    _forget()


DESCRIPTION = """\
name: Sum
purpose: Tells light from dark
stage: deployment
assets:
  data:
    - {id: train, load: {kind: npz, path: train.npz}}
    - {id: test, load: {kind: npz, path: test.npz}}
  models:
    - id: model
      load: {kind: plugin, plugin: sum, bounds: [0, 1], classes: 2}
      train_data: train
      test_data: test
interfaces:
  - {id: api, serves: model, audience: public, returns: scores}
"""


@pytest.fixture
def sum_system(tmp_path: Path, stand_ins: Path) -> Path:
    """A description of a model without an engine, with forty training and forty test images beside it."""
    import numpy as np

    for seed, name in enumerate(("train", "test")):
        rng = np.random.default_rng(seed)
        x = rng.random((40, 1, 4, 4)).astype(np.float32)
        np.savez(tmp_path / f"{name}.npz", x=x, y=(x.mean(axis=(1, 2, 3)) > 0.5).astype(np.int64))
    path = tmp_path / "system.yaml"
    path.write_text(DESCRIPTION)
    return path


TINY = """\
name: Tiny reader
purpose: Reads digits that were shrunk to a quarter
stage: deployment
impact: {integrity: high}
assets:
  data:
    - {id: train, load: {kind: npz, path: train.npz}}
    - {id: test, load: {kind: npz, path: test.npz}}
  models:
    - id: reader
      load:
        kind: torch
        factory: "net:build"
        weights: net.safetensors
        bounds: [0, 1]
        input_shape: [1, 14, 14]
        classes: 10
      retrain: {function: "net:train", data: train}
      train_data: train
      test_data: test
interfaces:
  - {id: api, serves: reader, audience: public, returns: scores}
gates:
  - {threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1, at_least: 0.5}
"""

NET = """\
def build():
    import torch

    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 10))


def train(x, y, *, seed):
    import torch

    torch.manual_seed(seed)
    net = build()
    optimiser = torch.optim.Adam(net.parameters(), lr=0.05)
    images, labels = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(20):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        optimiser.step()
    return net.eval()
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A description of a linear reader of 200 real digits, 14 pixels wide, that tells most of them right."""
    import numpy as np
    from safetensors.numpy import save_file

    digits = Path(__file__).parents[1] / "examples" / "digits"
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in ("train", "test"):
        with np.load(digits / f"digits-{name}.npz") as archive:
            x, y = archive["images"][:200].reshape(200, 1, 14, 2, 14, 2), archive["labels"][:200].astype(np.int64)
        np.savez(folder / f"{name}.npz", x=(x.mean(axis=(3, 5)) / 255).astype(np.float32), y=y)
    with np.load(folder / "train.npz") as archive:
        flat, y = archive["x"].reshape(200, -1), archive["y"]
    means = np.stack([flat[y == c].mean(axis=0) for c in range(10)])
    save_file({"1.weight": means, "1.bias": -0.5 * (means**2).sum(axis=1)}, folder / "net.safetensors")
    (folder / "net.py").write_text(NET)
    path = folder / "system.yaml"
    path.write_text(TINY)
    return path
