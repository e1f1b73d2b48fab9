from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.formats.locks.read import read_lock

POETRY = """
[[package]]
name = "Numpy"
version = "2.1.0"
files = [{file = "numpy.whl", hash = "sha256:aa"}]
[[package]]
name = "tool"
version = "1.0"
files = []
[package.source]
type = "git"
url = "https://host/tool.git"
[metadata]
lock-version = "2.0"
"""
UV = """
version = 1
[[package]]
name = "project"
version = "0.1"
source = { virtual = "." }
[[package]]
name = "numpy"
version = "2.1.0"
source = { registry = "https://host/simple" }
sdist = { url = "https://host/n.tar.gz", hash = "sha256:aa" }
[[package]]
name = "tool"
version = "1.0"
source = { git = "https://host/tool.git" }
"""
PYLOCK = """
lock-version = "1.0"
[[packages]]
name = "numpy"
version = "2.1.0"
wheels = [{name = "n.whl", hashes = {sha256 = "aa"}}]
[[packages]]
name = "tool"
[packages.vcs]
type = "git"
url = "https://host/tool.git"
"""


@pytest.mark.parametrize(("name", "text"), [("poetry.lock", POETRY), ("uv.lock", UV), ("pylock.toml", PYLOCK)])
def test_pinned_hashed_and_direct_are_told_in_each_kind(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    numpy, tool = read_lock(tmp_path / name)
    assert (numpy.name, numpy.version, numpy.hashed, numpy.direct) == ("numpy", "2.1.0", True, None)
    assert (tool.name, tool.hashed, tool.direct) == ("tool", False, "https://host/tool.git")


@pytest.mark.parametrize("text", ["[[package]]\nversion = 1\n", "a = 1\n", "not toml", "package = [1]\n", "[" * 5000])
def test_other_toml_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "uv.lock").write_text(text)
    with pytest.raises(UsageError, match="lock file"):
        read_lock(tmp_path / "uv.lock")
