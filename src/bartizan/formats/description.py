"""Read `system.yaml`: check all of it and say everything that is wrong, at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from bartizan.core.errors import DescriptionError, Position
from bartizan.core.suggest import nearest
from bartizan.core.system import System
from bartizan.core.system.problem import Problem
from bartizan.formats.complaints import sentences
from bartizan.formats.yaml_source import KeyPath, Positions, read_yaml


@dataclass(frozen=True)
class Description:
    """A description as read: the system, where each of its keys stands, the file, and the file's SHA-256."""

    system: System
    positions: Positions
    path: Path
    digest: str

    @property
    def folder(self) -> Path:
        """The folder that relative paths in the description start from."""
        return self.path.parent

    def resolve(self, name: str) -> Path:
        """The file that `name` in the description means."""
        return self.folder / name

    def position_of(self, item_id: str) -> Position:
        """Where the asset, interface or adversary with this id is described; the file's top when there is none."""
        return self.positions.at(self._paths.get(item_id, ()))

    @cached_property
    def _paths(self) -> dict[str, KeyPath]:
        assets, system = self.system.assets, self.system
        groups: list[tuple[KeyPath, tuple[str, ...]]] = [
            (("assets", "data"), tuple(a.id for a in assets.data)),
            (("assets", "models"), tuple(a.id for a in assets.models)),
            (("assets", "software"), tuple(a.id for a in assets.software)),
            (("assets", "hardware"), tuple(a.id for a in assets.hardware)),
            (("interfaces",), tuple(i.id for i in system.interfaces)),
            (("adversaries",), tuple(a.id for a in system.adversaries)),
        ]
        return {name: (*path, i) for path, names in groups for i, name in enumerate(names)}


def read_system(path: Path | str, *, check_files: bool = True) -> Description:
    """Read and check the description at `path`.

    With `check_files`, every file it names must exist. Raises `DescriptionError` with one sentence for each problem,
    each starting with file:line:column.
    """
    path = Path(path)
    source = read_yaml(path)
    try:
        system = System.model_validate(source.value)
    except ValidationError as error:
        raise DescriptionError(sentences(error, source)) from None
    description = Description(system, source.positions, path, hashlib.sha256(source.raw).hexdigest())
    if check_files:
        missing = [f"{description.positions.at(p.loc)}: {p.sentence}" for p in _missing_files(description)]
        if missing:
            raise DescriptionError(missing)
    return description


def _missing_files(description: Description) -> Iterator[Problem]:
    assets = description.system.assets
    for kind, items in (("data", assets.data), ("models", assets.models)):
        for i, item in enumerate(items):
            at: KeyPath = ("assets", kind, i, "load")
            for key in getattr(item.load, "file_keys", ()):
                yield from _missing(description, (*at, key), getattr(item.load, key), folder=False)
            for key in getattr(item.load, "folder_keys", ()):
                yield from _missing(description, (*at, key), getattr(item.load, key), folder=True)
    for i, software in enumerate(assets.software):
        yield from _missing(description, ("assets", "software", i, "dependencies"), software.lock_file, folder=False)
    yield from _missing_code(description)


def _missing_code(description: Description) -> Iterator[Problem]:
    """Functions given as `path.py:function` must name a file; modules are looked for when they are imported."""
    assets = description.system.assets
    named: list[tuple[KeyPath, str | None]] = []
    for i, data in enumerate(assets.data):
        named.append((("assets", "data", i, "load", "function"), getattr(data.load, "function", None)))
    for i, model in enumerate(assets.models):
        at: KeyPath = ("assets", "models", i)
        named.append(((*at, "load", "factory"), getattr(model.load, "factory", None)))
        named.append(((*at, "retrain", "function"), model.retrain and model.retrain.function))
    for loc, function in named:
        file = function.partition(":")[0] if function else ""
        if file.endswith(".py"):
            yield from _missing(description, loc, file, folder=False)


def _missing(description: Description, loc: KeyPath, name: str | None, *, folder: bool) -> Iterator[Problem]:
    if name is None:
        return
    path = description.resolve(name)
    if path.is_dir() if folder else path.is_file():
        return
    if path.exists():
        yield Problem(
            loc, f"'{name}' is a {'file' if folder else 'folder'}, a {'folder' if folder else 'file'} is needed"
        )
        return
    siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    close = nearest(path.name, siblings)
    hint = f"; did you mean '{Path(name).with_name(close)}'?" if close else f" (looked in {path.parent})"
    yield Problem(loc, f"there is no {'folder' if folder else 'file'} '{name}'{hint}")
