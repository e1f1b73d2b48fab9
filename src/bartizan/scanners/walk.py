"""The files under the given paths, one after the other: pipes, devices and links are told of and never opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bartizan.core.errors import UsageError
from bartizan.formats.verdict import Reason

_ONNX = ".onnx"  # the files beside it are looked for beside what it points at


@dataclass(frozen=True)
class Found:
    """A path, and why it is not looked into, where it is not."""

    path: Path
    reason: Reason | None = None


def require_paths(paths: Iterable[Path]) -> None:
    """Raises `UsageError` for the first path that is not there."""
    for path in paths:
        try:
            there = path.exists() or path.is_symlink()
        except (OSError, ValueError) as cause:
            raise UsageError(f"{os.fspath(path)!r} cannot be a path ({cause})") from cause
        if not there:
            raise UsageError(f"there is nothing at {path}; name a file or a folder to scan")


def walk(paths: Iterable[Path]) -> Iterator[Found]:
    """Files in the order of their names. Holds the names of the folders on the way down, and nothing else."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path, path.resolve())
        else:
            yield _judged(path)


def _folder(top: Path, root: Path) -> Iterator[Found]:
    seen: set[tuple[int, int]] = set()
    stack = [iter([top])]
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
        elif path is not top and path.is_symlink():
            yield from _link(path, root)
        elif path.is_dir():
            inner = _entries(path, seen)
            if isinstance(inner, Found):
                yield inner
            else:
                stack.append(iter(inner))
        else:
            yield _judged(path)


def _entries(path: Path, seen: set[tuple[int, int]]) -> list[Path] | Found:
    try:
        status = path.stat()
        if (status.st_dev, status.st_ino) in seen:  # mounted within itself
            return []
        seen.add((status.st_dev, status.st_ino))
        return [path / name for name in sorted(os.listdir(path))]
    except OSError as cause:
        return Found(path, Reason("unreadable", f"the folder cannot be read ({cause.strerror})"))


def _link(path: Path, root: Path) -> Iterator[Found]:
    """A link within the folder needs no word: what it points at is looked at by its own path. Only where that has
    another ending (as in a cache of downloads) is it looked at again, under the name that a loader knows it by."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        yield Found(path, Reason("link", "it is a link that leads nowhere or in a circle"))
        return
    if root != target and root not in target.parents:
        yield Found(path, Reason("link", f"it is a link to {target}, outside the folder, and was not followed"))
    elif path.suffix.lower() not in (target.suffix.lower(), _ONNX) and target.is_file():
        yield _judged(path)


def _judged(path: Path) -> Found:
    try:
        mode = path.stat().st_mode
    except OSError as cause:
        return Found(path, Reason("unreadable", f"it cannot be read ({cause.strerror})"))
    if not stat.S_ISREG(mode):
        return Found(path, Reason("special", f"it is {_called(mode)}, not a regular file, and was not opened"))
    return Found(path)


def _called(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
