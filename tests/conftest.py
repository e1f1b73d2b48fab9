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
