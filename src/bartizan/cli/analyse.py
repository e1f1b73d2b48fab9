"""`threats` and `plan`: what can be said before anything is attacked. No model is opened."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bartizan.analysis.analyse import Analysis
from bartizan.analysis.analyse import analyse as _analyse
from bartizan.campaign.known import require_known
from bartizan.core.base import canonical_json
from bartizan.formats.description import Description, read_system
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.load import load
from bartizan.knowledge.override import override

from .options import EffortName, StageName, SystemFile, effort_of, stage_of
from .tables import print_exposures, print_plan, print_vulnerabilities

Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def threats(system: SystemFile, stage: StageName = None, json: Json = False) -> None:
    """Show where design choices expose the system, and which threats meet those exposures."""
    _, _, analysis = _begin(system, stage)
    if json:
        typer.echo(
            canonical_json({k: _dump(getattr(analysis, k)) for k in ("exposures", "threats", "vulnerabilities")})
        )
        return
    print_exposures(analysis.exposures)
    print_vulnerabilities(analysis.vulnerabilities)


def plan(system: SystemFile, stage: StageName = None, effort: EffortName = "quick", json: Json = False) -> None:
    """Show which attack answers which vulnerability, what cannot be tested and why, and what to do in which stage."""
    from bartizan.campaign.labelled import require_labelled
    from bartizan.campaign.plan import plan as make_plan

    described, kb, analysis = _begin(system, stage)
    require_labelled(described)
    made = make_plan(described.system, analysis, kb, root=described.folder, effort=effort_of(effort))
    if json:
        typer.echo(made.to_json())
        return
    print_plan(made)


def _begin(path: Any, stage: str | None) -> tuple[Description, KnowledgeBase, Analysis]:
    description = read_system(path)
    system = description.system
    require_known(description, load())
    kb = override(load(), system.overrides)
    return description, kb, _analyse(system, kb, stage=stage_of(stage))


def _dump(items: Any) -> list[Any]:
    return [i.model_dump(mode="json") for i in items]
