"""Where threats come from: the default cast of adversaries, and the hazards of the world."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import Capability, Objective, Stage
from bartizan.knowledge.schema.common import Entry

Holding = Literal["files", "device", "weights", "training_data", "scene"]


class Reach(Frozen):
    """What the adversary gets to, as a rule over the description.

    audiences / accounts: interfaces with one of these audiences and one of these `authentication` values.
    read_publicity: data sets it can read because they are this public.
    write_origin / write_labels: data sets it can write to because records / labels come from there.
    model_origin: models it had a hand in. places: hardware it can lay hands on.
    parties: it reaches files and weights where training or hosting is done by these.
    holds: what it has wherever it is active, with no further condition. An empty tuple reaches nothing; an
    `unknown` in the description counts as reached.
    """

    audiences: tuple[Literal["internal", "partners", "public"], ...] = ()
    accounts: tuple[Literal["none", "account", "strong"], ...] = ()
    read_publicity: tuple[str, ...] = ()
    write_origin: tuple[str, ...] = ()
    write_labels: tuple[str, ...] = ()
    model_origin: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    holds: tuple[Holding, ...] = ()


class AdversaryBudget(Frozen):
    """What the adversary will spend on one attempt (judged): queries, records written, money, days."""

    queries: int = Field(ge=0)
    records: int = Field(ge=0)
    eur: int = Field(ge=0)
    days: int = Field(ge=0)


class AdversaryProfile(Entry):
    """One of the default cast, used where the description names no adversaries of its own.

    knowledge: what it knows from the start, in the words of the description. capabilities: held wherever
    `reach` applies, besides what an interface returns. threats: the techniques it is cast for.
    benefit_eur: what one success is worth to it (judged).
    """

    name: str
    intent: str
    goal: Objective
    reach: Reach
    budget: AdversaryBudget
    benefit_eur: int = Field(ge=0)
    knowledge: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    threats: tuple[str, ...]
    stages: tuple[Stage, ...]
    deterred_by: str


class HazardEntry(Entry):
    """A source without intent. `threat` is its technique (H1 … H6).

    conditions: the kinds of ODD condition that speak of it; empty when none can be swept.
    """

    threat: str
    name: str
    summary: str
    conditions: tuple[str, ...] = ()
    stages: tuple[Stage, ...]
    measured_by: str
    answered_by: str
