"""A lock file of whichever kind, told by its name and its first lines."""

from __future__ import annotations

from pathlib import Path

from bartizan.core.errors import UsageError

from .dependency import Dependency
from .requirements import read_requirements
from .toml_locks import read_toml_lock


def read_lock(path: Path) -> tuple[Dependency, ...]:
    """The dependencies of a requirements.txt, poetry.lock, uv.lock or pylock.toml, in the order of the file.

    Raises `UsageError` when it cannot be read, is of another kind, or names none.
    """
    listed = _listed(path)
    if not listed:
        raise UsageError(f"{path.name} names no dependency; name the lock file that does")
    return listed


def _listed(path: Path) -> tuple[Dependency, ...]:
    name = path.name.lower()
    if name in ("poetry.lock", "uv.lock") or name.endswith(".toml"):
        return read_toml_lock(path)
    if name.endswith((".json", ".yaml", ".yml")) or name == "pipfile.lock":
        kinds = "requirements.txt, poetry.lock, uv.lock and pylock.toml"
        raise UsageError(f"{path.name} is a kind of lock file that cannot be read; {kinds} can")
    return read_requirements(path)
