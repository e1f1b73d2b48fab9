from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bartizan.formats.description import Description, read_system

TEXT = """\
name: Sum
purpose: Tells light from dark
stage: deployment
assets:
  data:
    - {id: train, load: {kind: npz, path: train.npz}, sensitivity: personal}
    - {id: faces, load: {kind: image_folder, path: faces}}
  models:
    - id: model
      load: {kind: onnx, path: model.onnx, classes: 2, input_shape: [3], accuracy: 0.9}
      retrain: {function: "recipe.py:train", data: train}
      train_data: train
  software:
    - {id: service, dependencies: requirements.txt}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A described system of six files."""
    np.savez(tmp_path / "train.npz", x=np.zeros((2, 3), np.float32), y=np.zeros(2, np.int64))
    (tmp_path / "faces" / "a").mkdir(parents=True)
    (tmp_path / "faces" / "a" / "1.png").write_bytes(b"picture")
    (tmp_path / "model.onnx").write_bytes(b"\x08\x07")
    (tmp_path / "recipe.py").write_text("def train(x, y, *, seed): ...\n")
    (tmp_path / "requirements.txt").write_text("numpy==2.1.0 --hash=sha256:aa\n")
    (tmp_path / "system.yaml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def described(folder: Path) -> Callable[[str], Description]:
    """The system with lines for `provenance`."""

    def read(provenance: str = "{}") -> Description:
        (folder / "system.yaml").write_text(f"{TEXT}provenance: {provenance}\n")
        return read_system(folder / "system.yaml")

    return read
