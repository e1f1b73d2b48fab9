"""`scan`: whether files may be opened at all. None is opened by a loader, and nothing in them runs."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bartizan import __version__
from bartizan.core.errors import UsageError
from bartizan.formats.model_scan import FileReport
from bartizan.report.scanned import as_json, as_sarif
from bartizan.scanners.cage import Limits
from bartizan.scanners.folder import scan as scan_paths
from bartizan.scanners.opinions import installed
from bartizan.scanners.tally import Tally

from .outputs import write_text
from .progress import FileCount
from .tables import print_files


def scan(
    paths: Annotated[
        list[Path], typer.Argument(help="Files and folders; folders are scanned with all that is in them.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False,
    sarif: Annotated[Path | None, typer.Option("--sarif", help="Write SARIF 2.1.0 to this file as well.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="Time for one file.")] = 30.0,
    memory: Annotated[int, typer.Option("--memory", min=256, help="Memory for one file, in MiB.")] = 2048,
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Ask hayward and modelaudit-picklescan too, where installed.")
    ] = False,
) -> None:
    """Say of each file whether it may be opened: approved, needs review or malicious, why, and what to do."""
    if second_opinion and not installed():
        raise UsageError(
            "no second opinion can be asked for: install hayward or modelaudit-picklescan"
            " (the extra bartizan[second-opinion] brings both), or leave the option out"
        )
    tally = Tally()
    with FileCount() as progress:
        limits = Limits(seconds, memory << 20)
        reports = scan_paths(paths, limits=limits, others=second_opinion, progress=progress)
        _print_json(reports, tally) if json else _count(reports, tally)
    if not tally.total:
        raise UsageError(f"there is no file in {', '.join(map(str, paths))}")
    if sarif is not None:
        log = as_sarif(tally.grave, version=__version__, counts=tally.by_verdict(), left_out=tally.left_out())
        write_text(sarif, json_text.dumps(log, indent=1, ensure_ascii=False) + "\n")
    if not json:
        print_files(tally)
    raise typer.Exit(tally.exit_code)


def _count(reports: Iterable[FileReport], tally: Tally) -> None:
    for report in reports:
        tally.add(report)


def _print_json(reports: Iterable[FileReport], tally: Tally) -> None:
    """One object, a file a line, printed as the files are read."""
    typer.echo('{"files": [', nl=False)
    for report in reports:
        typer.echo(("," if tally.total else "") + "\n " + json_text.dumps(as_json(report)), nl=False)
        tally.add(report)
    typer.echo(f'\n], "summary": {json_text.dumps(tally.by_verdict())}}}')
