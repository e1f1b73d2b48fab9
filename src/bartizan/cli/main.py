"""The command line. Every command is a thin shell: it reads, calls, prints, and picks the exit code.

Exit codes: 0 pass · 1 gate failed · 2 usage or configuration · 3 inconclusive · 4 target unreachable · 70 a fault of ours ·
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from tempfile import NamedTemporaryFile
from traceback import format_exception
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from bartizan import __version__
from bartizan.core.errors import BartizanError

INTERRUPTED = 130
FAULT = 70  # EX_SOFTWARE of sysexits.h; 1 would say that a gate failed

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
    "evidence": "review",
}


# Some releases of typer bring their own click, others use click itself: ask typer's own error for its base.
_ClickError: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


class _Lazy(typer.core.TyperGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"bartizan.cli.{_COMMANDS[cmd_name]}")
        function: Callable[..., None] = getattr(module, cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(name=cmd_name, help=function.__doc__)(function)
        return typer.main.get_command(app)


app = typer.Typer(
    cls=_Lazy, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"bartizan {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Assess, attack, harden and watch machine-learning systems, with evidence for every claim."""


def run() -> None:
    """Entry point of the console script: errors become one sentence and an exit code, never a traceback."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run the command line with `arguments`; the exit code."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Exit as leave:
        code = leave.exit_code
    except _ClickError as error:
        error.show()
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BartizanError as error:
        typer.echo(str(error), err=True)
        return error.exit_code
    except Exception as error:
        return _bug(error)
    # Newer releases of typer turn an interruption into this exit code themselves.
    return _interrupted() if code == INTERRUPTED else int(code or 0)


def _interrupted() -> int:
    typer.echo("interrupted; what was measured is kept, and the same command continues", err=True)
    return INTERRUPTED


def _bug(error: Exception) -> int:
    """An error nobody foresaw: one sentence for the person, the traceback in a file for whoever mends it."""
    with NamedTemporaryFile("w", prefix="bartizan-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write("".join(format_exception(error)))
    said = f"{type(error).__name__}: {error}"
    typer.echo(f"this is a fault in Bartizan, not in what you gave it: {said} (details: {file.name})", err=True)
    return FAULT


if __name__ == "__main__":
    run()
