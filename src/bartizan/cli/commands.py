"""The commands by name, each imported only when it is called or listed: importing one imports what it works with."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from bartizan import __version__
from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean

INTERRUPTED = 130

_COMMANDS = {
    "init": "describe",
    "validate": "describe",
    "schema": "describe",
    "explain": "look_up",
    "plugins": "look_up",
    "doctor": "doctor",
    "scan": "scan",
    "threats": "analyse",
    "plan": "analyse",
    "assess": "assess",
    "gate": "review",
    "report": "review",
    "evidence": "review",
    "provenance": "provenance",
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
        found = getattr(module, cmd_name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_command(found)
            group.name = cmd_name
            return group
        function: Callable[..., None] = found
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(name=cmd_name, help=function.__doc__)(function)
        return typer.main.get_command(app)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise UsageError(f"no command is called {args[0]!r}{did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


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
    """Assess, attack and treat machine-learning systems, with evidence for every claim."""


def call(arguments: list[str]) -> int:
    """Run one command; the exit code it chose. Raises what the command raised, and `KeyboardInterrupt`."""
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Exit as leave:
        code = leave.exit_code
    except typer.Abort:
        code = INTERRUPTED
    except _ClickError as error:
        error.show()
        return 2
    # Some releases of typer turn an interruption into this exit code, others into an error of theirs.
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return int(code or 0)
