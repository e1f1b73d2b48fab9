"""`init`, `validate`, `schema`: writing a description and checking it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bartizan.core.errors import UsageError
from bartizan.formats.description import read_system

from .options import SystemFile


def init(
    model: Annotated[Path, typer.Argument(help="The model file.")],
    data: Annotated[Path | None, typer.Argument(help="A data file for it.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the description.")] = Path(
        "system.yaml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Look at a model file (and a data file), run and unpickle neither, and write a description to fill in."""
    from bartizan.formats.first_look.stub import stub

    if output.exists() and not force:
        raise UsageError(f"{output} exists already; choose another with --output, or overwrite it with --force")
    text = stub(model, data, folder=output.resolve().parent)
    output.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {output}; answer what is still `unknown`, then: bartizan validate {output}")


def validate(system: SystemFile) -> None:
    """Check a description and say everything that is wrong with it, each at its line and column."""
    from bartizan.campaign.known import require_known
    from bartizan.knowledge.load import load

    description = read_system(system)
    require_known(description, load())
    unknown = [c for c in description.system.iter_choices() if c.value == "unknown"]
    typer.echo(f"{system}: valid")
    if unknown:
        typer.echo(f"{len(unknown)} design choices are unknown and planned for as high:")
        for c in unknown:
            typer.echo(f"  {description.position_of_choice(c)}  {c.item}.{c.field}")


def schema(output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write to.")] = None) -> None:
    """Print the JSON Schema of a description, for editors."""
    from bartizan.formats.system_yaml.schema_json import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
