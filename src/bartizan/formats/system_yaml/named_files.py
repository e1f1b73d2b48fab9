"""The files and folders a description names, and what to say when one is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bartizan.core.suggest import nearest
from bartizan.core.system import System
from bartizan.core.system.provenance import Provenance
from bartizan.formats.system_yaml.yaml_source import KeyPath


class NamedFile(NamedTuple):
    """A file (or folder) as written in the description, and the path of keys to it. folder None: either will do."""

    loc: KeyPath
    name: str
    folder: bool | None = False


def named_files(system: System) -> Iterator[NamedFile]:
    """Every file and folder that `system` names: data, models, lock files, code given as `path.py:function`, and what
    they are held against."""
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
    yield from _held_against(system.provenance)


def _held_against(provenance: Provenance) -> Iterator[NamedFile]:
    at: KeyPath = ("provenance",)
    for key in ("digests", "bom", "key", "model_key"):
        if getattr(provenance, key) is not None:
            yield NamedFile((*at, key), getattr(provenance, key))
    for i, statement in enumerate(provenance.statements):
        yield NamedFile((*at, "statements", i), statement)
    for model, signature in provenance.model_signatures.items():
        yield NamedFile((*at, "model_signatures", model), signature)
    if provenance.advisories is not None:
        yield NamedFile((*at, "advisories"), provenance.advisories, None)


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
        if (path.is_dir() and file.folder is not False) or (path.is_file() and not file.folder):
            return None
        if path.exists():
            return f"'{file.name}' is a {other}, a {wanted} is needed"
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except OSError as error:
        return f"'{file.name[:40]}' cannot be looked up ({error.strerror})"
    close = nearest(path.name, siblings)
    hint = f"; did you mean '{Path(file.name).with_name(close)}'?" if close else f" (looked in {path.parent})"
    return f"there is no {wanted} '{file.name}'{hint}"
