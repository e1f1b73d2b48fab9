"""Who may want to attack this system, with what means, for what gain."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.system.values import Amount, Count, Id, Text
from bartizan.core.vocabulary import Capability, Objective, Stage

Knowable = Literal["architecture", "weights", "training_data", "preprocessing", "defence", "recipe"]
KNOWABLE: tuple[str, ...] = get_args(Knowable)


class Budget(Frozen):
    """What an adversary can spend. Left out: not limited by that."""

    queries: Annotated[Count | None, Field(description="Queries in all")] = None
    records: Annotated[Count | None, Field(description="Training records it can add or change")] = None
    eur: Annotated[Amount | None, Field(description="Money, in euros")] = None
    days: Annotated[Amount | None, Field(description="Time, in days")] = None


class Adversary(Frozen):
    """One adversary; where none is described, the default cast of the knowledge base plays."""

    id: Annotated[Id, Field(description="Short name, unique in this description")]
    intent: Annotated[str, Field(description="Why: money, espionage, sabotage, curiosity …")] = ""
    goal: Annotated[Objective, Field(description="Which objective of the system it attacks")]
    reaches: Annotated[
        tuple[Text, ...], Field(description="What it can get at: ids of interfaces and assets, names of boundaries")
    ] = ()
    budget: Annotated[Budget, Field(description="What it can spend")] = Budget()
    benefit_eur: Annotated[Amount | None, Field(description="What a success is worth to it, in euros")] = None
    knowledge: Annotated[tuple[Knowable, ...], Field(description="What it knows from the start")] = ()
    capabilities: Annotated[
        tuple[Capability, ...], Field(description="What it can do beyond what its reach gives it")
    ] = ()
    stages: Annotated[
        tuple[Stage, ...] | None, Field(description="Life-cycle stages in which it can act; left out: all")
    ] = None
