"""The files and folders a description names, and what to say when one is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bartizan.core.suggest import nearest
from bartizan.core.system import System
from bartizan.formats.yaml_source import KeyPath


class NamedFile(NamedTuple):
    """A file (or folder) as written in the description, and the path of keys to it."""

    loc: KeyPath
    name: str
    folder: bool = False


def named_files(system: System) -> Iterator[NamedFile]:
    """Every file and folder that `system` names: data, models, lock files, and code given as `path.py:function`."""
    assets = system.assets
    for i, data in enumerate(assets.data):
        yield from _of_load(("assets", "data", i, "load"), data.load)
    for i, model in enumerate(assets.models):
        yield from _of_load(("assets", "models", i, "load"), model.load)
        if model.retrain:
            yield from _code(("assets", "models", i, "retrain", "function"), model.retrain.function)
    for i, software in enumerate(assets.software):
        if software.lock_file:
            yield NamedFile(("assets", "software", i, "dependencies"), software.lock_file)


def _of_load(at: KeyPath, load: Any) -> Iterator[NamedFile]:
    for keys, folder in ((getattr(load, "file_keys", ()), False), (getattr(load, "folder_keys", ()), True)):
        for key in keys:
            if getattr(load, key) is not None:
                yield NamedFile((*at, key), getattr(load, key), folder)
    for key in ("function", "factory"):
        yield from _code((*at, key), getattr(load, key, None))


def _code(loc: KeyPath, function: str | None) -> Iterator[NamedFile]:
    """The file of `path.py:function`; a module is looked for only when it is imported."""
    file = function.partition(":")[0] if function else ""
    if file.endswith(".py"):
        yield NamedFile(loc, file)


def missing(file: NamedFile, base: Path) -> str | None:
    """What is wrong with `file`, looked for from the folder `base`; None when it is there."""
    path = base / file.name
    wanted, other = ("folder", "file") if file.folder else ("file", "folder")
    try:
        if path.is_dir() if file.folder else path.is_file():
            return None
        if path.exists():
            return f"'{file.name}' is a {other}, a {wanted} is needed"
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        return f"'{file.name[:40]}' cannot be looked up ({error.strerror})"
    close = nearest(path.name, siblings)
    hint = f"; did you mean '{Path(file.name).with_name(close)}'?" if close else f" (looked in {path.parent})"
    return f"there is no {wanted} '{file.name}'{hint}"
