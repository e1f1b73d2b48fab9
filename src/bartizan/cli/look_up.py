"""`explain` and `plugins`: what Bartizan knows and what it can do."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    id: Annotated[
        str | None, typer.Argument(help="Any id: E2, DC13, DF01, C01, AML.T0015, a metric, a plugin; none: list them.")
    ] = None,
) -> None:
    """Print an entry of the knowledge base, an estimand or a plugin with its sources."""
    from bartizan.knowledge.explain import explain as sections_of
    from bartizan.knowledge.explain import kinds, plain_text

    if id is not None:
        typer.echo(plain_text(sections_of(id)))
        return
    for kind, some in kinds():
        typer.echo(f"{kind:<12} {some}")


def plugins(kind: Annotated[str | None, typer.Argument(help="Only this kind, e.g. attacks.")] = None) -> None:
    """List every attack, hazard, scanner, certifier, defence, loader, rule and report section."""
    from bartizan.core import plugins as found
    from bartizan.core.errors import UsageError
    from bartizan.core.suggest import did_you_mean

    if kind is not None and kind not in found.FOLDERS:
        raise UsageError(f"no kind of plugin is called {kind!r}{did_you_mean(kind, list(found.FOLDERS))}")
    for name in [kind] if kind else list(found.FOLDERS):
        typer.echo(name)
        for id, cls in found.plugins(name).items():
            threats = ", ".join(getattr(cls.spec, "threats", getattr(cls.spec, "counters", ())))
            typer.echo(f"  {id:<28} {cls.spec.title}{f'  [{threats}]' if threats else ''}")
