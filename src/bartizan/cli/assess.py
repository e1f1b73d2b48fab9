"""`assess`: the whole loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bartizan.core.assessment import Assessment
from bartizan.core.vocabulary import Outcome
from bartizan.formats.description import read_system

from .options import EffortName, StageName, StoreFolder, SystemFile, effort_of, stage_of, store_folder


def assess(
    system: SystemFile,
    store: StoreFolder = None,
    effort: EffortName = "quick",
    stage: StageName = None,
    treat: Annotated[bool, typer.Option(help="Try defences and test again.")] = True,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: one a core.")
    ] = None,
    show_personal: Annotated[bool, typer.Option(help="Show records of personal or secret data in the report.")] = False,
) -> None:
    """Attack the described system for real, try defences, and write a report. The same command again continues."""
    from bartizan.assess import Options
    from bartizan.assess import assess as run_loop
    from bartizan.campaign.executor import LocalProcesses
    from bartizan.campaign.known import untestable
    from bartizan.store.store import Store

    from .outputs import write_outputs
    from .progress import Bar
    from .tables import print_assessment

    options = Options(effort=effort_of(effort), stage=stage_of(stage), treat=treat)
    description = read_system(system)
    folder = store_folder(system, store)
    with Store(folder) as opened, Bar() as bar, LocalProcesses(jobs) as executor:
        made = run_loop(description, opened, executor, options=options, progress=bar)
        written = write_outputs(made, opened, show_personal=show_personal)
    print_assessment(made)
    for what in opened.damaged:
        typer.echo(f"damaged, set aside in {folder / 'damaged'} and measured again: {what}", err=True)
    for what in (*untestable(description.system), *_failed(made)):
        typer.echo(f"NOTE: {what}", err=True)
    for path in written:
        typer.echo(_shown(path))


def _failed(made: Assessment) -> Iterator[str]:
    """One sentence about all trials that ended in an error, if any did."""
    names = [e.trial.name for e in made.evidence if e.outcome is Outcome.ERROR]
    if names:
        which = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        yield f"{len(names)} trials ended in an error: {which}; run the same command again to retry"


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
