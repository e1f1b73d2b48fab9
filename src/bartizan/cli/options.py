"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from bartizan.core.errors import UsageError
from bartizan.core.profile import Effort
from bartizan.core.suggest import did_you_mean
from bartizan.core.vocabulary import Stage

SystemFile = Annotated[Path, typer.Argument(help="The description, usually called system.yaml.")]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--store", help="Folder for evidence and results; default: .bartizan beside the description."),
]
StageName = Annotated[str | None, typer.Option("--stage", help="Only what is open in this life-cycle stage.")]
EffortName = Annotated[str, typer.Option("--effort", help="quick, standard or deep.")]

EFFORTS: tuple[Effort, ...] = get_args(Effort)


def store_folder(system: Path, given: Path | None) -> Path:
    """Where evidence and results go."""
    return given if given is not None else system.resolve().parent / ".bartizan"


def require_there(system: Path) -> None:
    """Raise `UsageError` when there is no description, for commands that read only what is beside it."""
    if not system.is_file():
        raise UsageError(f"there is no description {system}")


def stage_of(name: str | None) -> Stage | None:
    """The stage called `name`. Raises `UsageError` with the nearest name."""
    if name is None:
        return None
    if name not in list(Stage):
        raise UsageError(f"no life-cycle stage is called {name!r}{did_you_mean(name, [str(s) for s in Stage])}")
    return Stage(name)


def effort_of(name: str) -> Effort:
    """The effort called `name`. Raises `UsageError`."""
    for effort in EFFORTS:
        if effort == name:
            return effort
    raise UsageError(f"no effort is called {name!r}{did_you_mean(name, EFFORTS)}")
