"""The ways in which people and programs outside reach a model."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.choice import choice
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Amount, Count, Id, Positive
from bartizan.core.vocabulary import Aspect, Stage


def _budget_kind(value: object) -> str:
    return "word" if isinstance(value, str) else "number"


QueryBudget = Annotated[
    Annotated[Positive, Tag("number")] | Annotated[Literal["soft", "none", "unknown"], Tag("word")],
    Discriminator(_budget_kind),
]


class Interface(Frozen):
    """One way to query a model: who may, what it answers, how often, and whether anybody watches."""

    aspect: ClassVar[Aspect] = Aspect.INTERFACE
    section: ClassVar[str] = "interfaces"

    id: Annotated[Id, Field(description="Short name, unique in this description")]
    serves: Annotated[Id, Field(description="Id of the model it answers for")]
    audience: Annotated[Literal["internal", "partners", "public", "unknown"], choice("DC19", "Who can reach it")] = (
        "unknown"
    )
    authentication: Annotated[
        Literal["none", "account", "strong", "unknown"],
        Field(description="How callers prove who they are; account: anybody can open one"),
    ] = "unknown"
    returns: Annotated[
        Literal["label", "top_k", "rounded", "scores", "logits", "embeddings", "gradients", "unknown"],
        choice("DC13", "What one answer tells"),
    ] = "unknown"
    k: Annotated[Positive | None, Field(description="How many classes are scored (returns: top_k)")] = None
    decimals: Annotated[Count | None, Field(description="Decimals that scores are rounded to (returns: rounded)")] = (
        None
    )
    explanations: Annotated[
        Literal["none", "aggregated", "per_query", "unknown"], choice("DC14", "Explanations that are given out")
    ] = "unknown"
    query_budget: Annotated[
        QueryBudget, choice("DC20", "Queries an actor has a day if that is a hard limit; soft, none or unknown")
    ] = "unknown"
    query_eur: Annotated[Amount | None, Field(description="What one query costs whoever asks, in euros")] = None
    logging: Annotated[
        Literal["per_principal", "partial", "none", "unknown"], choice("DC21", "What is logged about queries")
    ] = "unknown"
    open_in: Annotated[
        tuple[Stage, ...] | None, Field(description="Stages in which it is open; left out: in every stage")
    ] = None

    def is_open(self, stage: Stage) -> bool:
        """Whether the interface answers in `stage`."""
        return self.open_in is None or stage in self.open_in

    @model_validator(mode="after")
    def _granularity(self) -> Self:
        problems = []
        for key, returns in (("k", "top_k"), ("decimals", "rounded")):
            given = getattr(self, key) is not None
            if given and self.returns != returns:
                problems.append(Problem((key,), f"'{key}' goes only with returns: {returns}"))
            if not given and self.returns == returns:
                problems.append(Problem(("returns",), f"'returns: {returns}' needs the key '{key}'"))
        complain("Interface", problems)
        return self
