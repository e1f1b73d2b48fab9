"""Lock files that are not there or say nothing are told of as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.core.errors import UsageError
from bartizan.formats.locks.read import read_lock


def test_a_lock_file_that_is_not_there_is_not_sought_in_a_description(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file .*; correct its path$"):
        read_lock(tmp_path / "nothere.lock")


@pytest.mark.parametrize(
    ("name", "text"), [("r.lock", ""), ("requirements.txt", "# none\n\n"), ("uv.lock", ""), ("poetry.lock", "")]
)
def test_a_lock_file_that_names_no_dependency_is_told(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=r"names no dependency|lists no packages"):
        read_lock(tmp_path / name)
