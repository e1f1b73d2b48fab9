"""What the files were when somebody recorded them, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from bartizan.core.base import Frozen
from bartizan.core.errors import UsageError
from bartizan.formats.locks.text import text_of

from .files import AssetFile

NAME = "digests.json"
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Recorded(Frozen):
    """One file as it was: which asset it belongs to, its SHA-256 and its size in bytes."""

    asset: str
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Digests(Frozen):
    """All files by their name from the folder of the description."""

    schema_version: Literal[1] = 1
    files: dict[str, Recorded]


@dataclass(frozen=True)
class Difference:
    """One file that is not as recorded."""

    kind: Literal["changed", "missing", "new"]
    name: str
    sentence: str


def record(files: Iterable[AssetFile]) -> Digests:
    """What the files are now."""
    found = {f.name: Recorded(asset=f.asset, sha256=f.sha256, size=f.path.stat().st_size) for f in files}
    return Digests(files=found)


def written(digests: Digests) -> str:
    """The text of the file: one file a line, so that a change shows as one line in a diff."""
    return json.dumps(digests.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_digests(path: Path) -> Digests:
    """What `written` wrote. Raises `UsageError` when it is anything else."""
    try:
        return Digests.model_validate_json(text_of(path, "the list of digests"))
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(
            f"{path} is no list of digests ({at}: {first['msg']}); write it with: bartizan provenance record"
        ) from None


def differences(expected: Digests, files: Iterable[AssetFile]) -> tuple[Difference, ...]:
    """Files that changed, are gone, or came since, in the order of their names."""
    now = {f.name: f for f in files}
    found = [
        Difference("missing", name, f"{name} was recorded for '{was.asset}', and the description names it no more")
        for name, was in expected.files.items()
        if name not in now
    ]
    for name, file in now.items():
        was = expected.files.get(name)
        if was is None:
            found.append(Difference("new", name, f"{name} of '{file.asset}' was not there when digests were recorded"))
        elif was.sha256 != file.sha256:
            found.append(Difference("changed", name, _changed(file, was)))
    return tuple(sorted(found, key=lambda d: (d.name, d.kind)))


def _changed(file: AssetFile, was: Recorded) -> str:
    size = file.path.stat().st_size
    grown = f", {size:,} bytes instead of {was.size:,}" if size != was.size else ""
    return f"{file.name} of '{file.asset}' is not what was recorded (SHA-256 {file.sha256[:12]}…{grown})"
