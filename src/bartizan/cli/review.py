"""`gate` and `report`: from an assessment that was made already. No model is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.core.vocabulary import Outcome
from bartizan.formats.description import read_system

from .options import StoreFolder, SystemFile, require_there, store_folder
from .outputs import read_assessment, write_outputs


def gate(system: SystemFile, store: StoreFolder = None) -> None:
    """Judge the gates of the description on the last assessment: exit code 0 passed, 1 failed, 3 inconclusive."""
    from bartizan.campaign.gates import exit_code

    from .tables import print_gates

    description = read_system(system)
    assessment = read_assessment(store_folder(system, store))
    if assessment.system.get("digest") != description.digest:
        raise UsageError(f"{system} changed since its last assessment; run: bartizan assess {system}")
    if not assessment.gates:
        raise UsageError(f"{system} has no gates; name some under 'gates'")
    print_gates(assessment)
    raise typer.Exit(exit_code(assessment.gates))


def report(
    system: SystemFile,
    store: StoreFolder = None,
    show_personal: Annotated[bool, typer.Option(help="Show records of personal or secret data.")] = False,
) -> None:
    """Write the report and the exports again from the last assessment."""
    from bartizan.store.store import Store

    require_there(system)
    folder: Path = store_folder(system, store)
    for path in write_outputs(read_assessment(folder), Store(folder), show_personal=show_personal):
        typer.echo(str(path))


def evidence(
    system: SystemFile,
    store: StoreFolder = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Only this outcome, e.g. error.")] = None,
) -> None:
    """List the evidence in the store, one line a trial."""
    from bartizan.store.index import Index
    from bartizan.store.store import Store

    require_there(system)
    if outcome is not None and outcome not in list(Outcome):
        raise UsageError(f"no outcome is called {outcome!r}{did_you_mean(outcome, [str(o) for o in Outcome])}")
    folder = store_folder(system, store)
    if not folder.is_dir():
        raise UsageError(f"there is no evidence in {folder} yet; run: bartizan assess {system}")
    index = Index(folder / "index.sqlite")
    index.sync(Store(folder))
    for row in index.rows(**({"outcome": outcome} if outcome else {})):
        typer.echo(f"{row['id']}  {row['outcome']:<14} {row['trial']}")
