"""A command that has commands of its own."""

from __future__ import annotations

from typing import Any

import typer
import typer.core

from bartizan.core.errors import UsageError
from bartizan.core.suggest import did_you_mean


class _Group(typer.core.TyperGroup):
    """Names what was meant where there is no such command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise UsageError(f"'{self.name}' has no command {args[0]!r}{did_you_mean(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


def group(help: str) -> typer.Typer:
    """An empty group; its commands are added by decoration."""
    return typer.Typer(
        cls=_Group,
        help=help,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )
