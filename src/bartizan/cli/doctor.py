"""`doctor`: check a target before money is spent on attacking it."""

from __future__ import annotations

from typing import Annotated

import typer

from bartizan.formats.description import read_system

from .options import SystemFile


def doctor(
    system: SystemFile,
    model: Annotated[str | None, typer.Option("--model", help="Only this model; default: all.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="Deadline for one model.")] = 120.0,
) -> None:
    """Check that models load, answer steadily, fit their data, and are as good as stated."""
    from bartizan.campaign.checkup import checkup
    from bartizan.campaign.labelled import require_labelled

    from .tables import console, styled, table

    description = read_system(system)
    require_labelled(description)
    names = [model] if model else [m.id for m in description.system.assets.models if m.load]
    shown, worst = table("Doctor", "model", "check", "result", "what was seen"), "ok"
    for name in names:
        for check in checkup(description, name, seconds=seconds):
            shown.add_row(name, check.id, styled({"fail": "failed"}.get(check.status, check.status)), check.sentence)
            worst = "fail" if "fail" in (worst, check.status) else worst
    console().print(shown)
    raise typer.Exit(2 if worst == "fail" else 0)
