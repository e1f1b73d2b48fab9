from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.formats.locks.read import read_lock


def lock(folder: Path, text: str, name: str = "requirements.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("line", "name", "version", "hashed", "direct"),
    [
        ("numpy==2.1.0", "numpy", "2.1.0", False, None),
        ("Zope.Interface===5.0", "zope-interface", "5.0", False, None),
        ("numpy>=2", "numpy", None, False, None),
        ("numpy==2.*", "numpy", None, False, None),
        ("numpy==2.1,!=2.2", "numpy", None, False, None),
        ("numpy", "numpy", None, False, None),
        ('numpy[extra]==2.1.0 ; python_version < "4"  # why', "numpy", "2.1.0", False, None),
        ("numpy==2.1.0 --hash=sha256:aa \\\n    --hash=sha256:bb", "numpy", "2.1.0", True, None),
        ("numpy @ https://host/numpy-2.1.whl", "numpy", None, False, "https://host/numpy-2.1.whl"),
        ("git+https://host/a/tool.git@v1#egg=tool", "tool", None, False, "git+https://host/a/tool.git@v1#egg=tool"),
        ("-e ./local", "local", None, False, "./local"),
        ("./wheels/own-1.0-py3-none-any.whl", "own", None, False, "./wheels/own-1.0-py3-none-any.whl"),
    ],
)
def test_a_line(tmp_path: Path, line: str, name: str, version: str | None, hashed: bool, direct: str | None) -> None:
    (one,) = read_lock(lock(tmp_path, f"# lock\n--index-url https://host/simple\n{line}\n"))
    assert (one.name, one.version, one.hashed, one.direct) == (name, version, hashed, direct)
    assert one.where == "requirements.txt:3"


def test_nested_files_are_read_and_constraints_pin_what_is_open(tmp_path: Path) -> None:
    lock(tmp_path, "scipy==1.0\n", "more.txt")
    lock(tmp_path, "numpy==2.1.0\nunused==1\n", "pins.txt")
    found = read_lock(lock(tmp_path, "-r more.txt\n-c pins.txt\nnumpy>=2\n"))
    assert [(d.name, d.version) for d in found] == [("scipy", "1.0"), ("numpy", "2.1.0")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("numpy==2.1.0\n=== what\n", "requirements.txt:2"),
        ("-r requirements.txt\n", "named by itself"),
        ("-r nowhere.txt\n", "there is no file"),
    ],
)
def test_bad_lines_are_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_lock(lock(tmp_path, text))


def test_what_is_no_text_or_another_kind_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"numpy\xff\n")
    with pytest.raises(UsageError, match="UTF-8"):
        read_lock(tmp_path / "requirements.txt")
    with pytest.raises(UsageError, match="cannot be read"):
        read_lock(lock(tmp_path, "{}", "Pipfile.lock"))
