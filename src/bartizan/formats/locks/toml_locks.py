"""poetry.lock, uv.lock and pylock.toml (PEP 751): three shapes of the same table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bartizan.core.errors import UsageError

from .dependency import Dependency, normal
from .text import text_of

_OWN = ("virtual", "editable")  # how uv.lock marks the project itself


def read_toml_lock(path: Path) -> tuple[Dependency, ...]:
    """Every package of the lock. Raises `UsageError` when it is no TOML, or is not a lock of one of the three kinds."""
    try:
        lock = tomllib.loads(text_of(path, "the lock file"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"the lock file {path} is no TOML: {error}") from None
    packages = lock.get("packages" if "lock-version" in lock else "package")
    if not isinstance(packages, list) or not all(isinstance(p, dict) and _named(p) for p in packages):
        raise UsageError(
            f"the lock file {path} lists no packages with names; a poetry.lock, a uv.lock or a pylock.toml is needed"
        )
    older = lock.get("metadata", {}).get("files", {}) if isinstance(lock.get("metadata"), dict) else {}
    found = (_dependency(p, older, path.name) for p in packages if not _is_project(p))
    return tuple(found)


def _named(package: dict[str, Any]) -> bool:
    return isinstance(package.get("name"), str) and isinstance(package.get("version", ""), str)


def _is_project(package: dict[str, Any]) -> bool:
    source = package.get("source")
    return isinstance(source, dict) and any(source.get(key) == "." for key in _OWN)


def _dependency(package: dict[str, Any], older: Any, where: str) -> Dependency:
    name = package["name"]
    files = [*_tables(package, "files", "wheels", "sdist", "archive"), *_tables(older, name)]
    digests = tuple(sorted({d for f in files for d in _digests(f)}))
    return Dependency(normal(name), package.get("version"), digests, _direct(package), where)


def _tables(holder: Any, *keys: str) -> Iterator[dict[str, Any]]:
    for key in keys:
        value = holder.get(key) if isinstance(holder, dict) else None
        for table in value if isinstance(value, list) else [value]:
            if isinstance(table, dict):
                yield table


def _digests(file: dict[str, Any]) -> Iterable[str]:
    if isinstance(file.get("hash"), str):
        yield file["hash"]
    hashes = file.get("hashes")
    if isinstance(hashes, dict):
        yield from (f"{algorithm}:{value}" for algorithm, value in hashes.items())


def _direct(package: dict[str, Any]) -> str | None:
    """Where the package comes from when that is no index."""
    source = package.get("source", {})
    if isinstance(source, dict):
        if source.get("type") in ("git", "url", "directory", "file"):  # poetry
            return str(source.get("url", source["type"]))
        for key in ("git", "url", "path", "directory", "editable"):  # uv
            if isinstance(source.get(key), str) and "type" not in source:
                return str(source[key])
    for key in ("vcs", "directory", "archive"):  # pylock
        table = package.get(key)
        if isinstance(table, dict):
            return str(table.get("url", table.get("path", key)))
    return None
