"""The user's own functions: found beside the description, hashed as they run, and never mixed up between systems."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bartizan.core.errors import ModelError
from bartizan.formats.user_code import user_function


def test_code_beside_the_description_comes_first_and_systems_do_not_mix(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.py").write_text(f"NAME = {name!r}\n")
        (tmp_path / name / "net.py").write_text("import part\ndef build():\n    return part.NAME\n")
    path = list(sys.path)
    one, two = (user_function("net:build", tmp_path / n, ModelError) for n in ("one", "two"))
    assert (one(), two()) == ("one", "two")
    assert one.digest != two.digest
    assert sys.path == path
    assert "part" not in sys.modules


def test_the_digest_covers_imported_neighbours(tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("NAME = 1\n")
    (tmp_path / "net.py").write_text("import part\ndef build():\n    return part.NAME\n")
    first = user_function("net:build", tmp_path, ModelError)
    again = user_function("net:build", tmp_path, ModelError)
    assert first.digest == again.digest
    assert [f.name for f in first.files] == ["net.py", "part.py"]
    (tmp_path / "part.py").write_text("NAME = 22\n")
    changed = user_function("net:build", tmp_path, ModelError)
    assert changed.digest != first.digest
    assert changed() == 22


def test_installed_modules_are_found_too(tmp_path: Path) -> None:
    assert user_function("json:dumps", tmp_path, ModelError)([1]) == "[1]"


@pytest.mark.parametrize(
    ("ref", "source", "says"),
    [
        ("net:build", "def biuld():\n    pass\n", "did you mean 'biuld'"),
        ("net:build", "build = 3\n", "not a function"),
        ("net:build", "def build(:\n", "SyntaxError"),
        ("net:build", "import nowhere_to_be_found\n", "nowhere_to_be_found"),
        ("net:build", "raise SystemExit(3)\n", "SystemExit: 3"),
        ("gone:build", "", "neither a file"),
        ("gone.py:build", "", "no file"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(tmp_path: Path, ref: str, source: str, says: str) -> None:
    (tmp_path / "net.py").write_text(source)
    with pytest.raises(ModelError) as told:
        user_function(ref, tmp_path, ModelError)
    assert says in str(told.value)
    assert "\n" not in str(told.value)
