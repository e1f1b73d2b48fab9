from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMED = ("digits-train.npz", "table.csv", "reader.safetensors", "net.py", "second.onnx", "requirements.lock")


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A description that uses every section, in a folder where every file it names exists."""
    for name in NAMED:
        (tmp_path / name).touch()
    path = tmp_path / "system.yaml"
    path.write_text((HERE / "full.yaml").read_text())
    return path


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    """The description of fifteen lines that the README shows, in a folder where every file it names exists."""
    for name in ("train.npz", "test.npz", "reader.safetensors"):
        (tmp_path / name).touch()
    path = tmp_path / "system.yaml"
    path.write_text((HERE / "minimal.yaml").read_text())
    return path
