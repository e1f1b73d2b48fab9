"""Read `system.yaml`: check all of it and say everything that is wrong, at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from bartizan.core.errors import DescriptionError, Position, UsageError
from bartizan.core.system import System
from bartizan.core.system.choice import DesignChoice
from bartizan.formats.system_yaml.complaints import sentences
from bartizan.formats.system_yaml.named_files import missing, named_files
from bartizan.formats.system_yaml.yaml_source import KeyPath, Positions, read_yaml


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

    @contextmanager
    def placed(self) -> Iterator[None]:
        """An error about an asset leaves this block with the place where that asset is described."""
        try:
            yield
        except UsageError as error:
            if error.about is None:
                raise
            raise type(error)(f"{self.position_of(error.about)}: {error}") from error

    def position_of(self, item_id: str) -> Position:
        """Where the asset, interface or adversary with this id is described; the file's top when there is none."""
        return self.positions.at(self._paths.get(item_id, ()))

    def position_of_choice(self, choice: DesignChoice) -> Position:
        """Where a design choice is answered, or the item it belongs to where it is left out."""
        around = self._paths.get(choice.item, (choice.section,))
        return self.positions.at((*around, choice.field))

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


def read_system(path: Path | str, *, check_files: bool = True, to_be_made: tuple[str, ...] = ()) -> Description:
    """Read and check the description at `path`.

    With `check_files`, every file it names must exist, except in the sections `to_be_made`. Raises `DescriptionError`
    with one sentence for each problem, each starting with file:line:column.
    """
    path = Path(path)
    source = read_yaml(path)
    try:
        system = System.model_validate(source.value)
    except ValidationError as error:
        raise DescriptionError(sentences(error, source)) from None
    description = Description(system, source.positions, path, hashlib.sha256(source.raw).hexdigest())
    if check_files:
        named = (
            (file.loc, missing(file, path.parent)) for file in named_files(system) if file.loc[0] not in to_be_made
        )
        problems = [f"{source.positions.at(loc)}: {sentence}" for loc, sentence in named if sentence]
        if problems:
            raise DescriptionError(problems)
    return description
