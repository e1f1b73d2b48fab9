"""The command line. Every command is a thin shell: it reads, calls, prints, and picks the exit code.

Exit codes: 0 pass · 1 gate failed · 2 usage or configuration · 3 inconclusive · 4 target unreachable · 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module

import click
import typer

from bartizan import __version__
from bartizan.core.errors import BartizanError

# Importing a command imports what it works with, so each is imported only when it is called or listed.
_COMMANDS = {
    "init": "describe",
    "validate": "describe",
    "schema": "describe",
    "explain": "look_up",
    "plugins": "look_up",
    "doctor": "doctor",
    "threats": "analyse",
    "plan": "analyse",
    "assess": "assess",
    "gate": "review",
    "report": "review",
}


class _Lazy(typer.core.TyperGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"bartizan.cli.{_COMMANDS[cmd_name]}")
        function: Callable[..., None] = getattr(module, cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(name=cmd_name, help=function.__doc__)(function)
        return typer.main.get_command(app)


app = typer.Typer(cls=_Lazy, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback(invoke_without_command=False)
def _main(version: bool = typer.Option(False, "--version", is_eager=True, help="Print the version and stop.")) -> None:
    """Assess, attack, harden and watch machine-learning systems, with evidence for every claim."""
    if version:
        typer.echo(f"bartizan {__version__}")
        raise typer.Exit


def run() -> None:
    """Entry point of the console script: errors become one sentence and an exit code, never a traceback."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run the command line with `arguments`; the exit code."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.exceptions.Abort):
        typer.echo("interrupted; what was measured is kept, and the same command continues", err=True)
        return 130
    except BartizanError as error:
        typer.echo(str(error), err=True)
        return error.exit_code
    return int(code or 0)


if __name__ == "__main__":
    run()
