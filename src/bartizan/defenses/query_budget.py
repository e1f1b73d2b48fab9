"""A limit on how often one account is answered."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.core.base import Frozen
from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Defended, Target

USUAL = 100
"""Answers an account gets where the description names no number."""


class QueryBudgetParams(Frozen):
    """queries: answers that one account gets, in as long as an adversary keeps at it (a day's limit times its days).
    accounts: how many of them the adversary holds."""

    queries: int = Field(default=USUAL, ge=1)
    accounts: int = Field(default=1, ge=1)


class Rationed(Defended):
    """The same model, which answers an adversary so often and no more. `info.queries` says so, and views keep to it."""

    def __init__(self, inner: Target, params: QueryBudgetParams, digest: str) -> None:
        super().__init__(inner, QueryBudget.spec.id, digest)
        most = [n for n in (params.queries * params.accounts, inner.info.queries) if n is not None]
        self.info = self.info.model_copy(update={"queries": min(most)})
        self.ration = params

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> Target:
        return Rationed(self.inner.with_parameters(arrays, digest=digest), self.ration, digest)

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        return Rationed(trained, self.ration, f"{trained.info.digest}+{QueryBudget.spec.id}")


class QueryBudget(Defense):
    """Refuses an account every query beyond its budget. Inputs made elsewhere, and the weights in hand, need none."""

    spec = DefenseSpec(
        id="query_budget",
        title="Query budget",
        summary="Answers each account so many times and then refuses.",
        references=("atlas", "aiexchange"),
        defence="DF23",
        counters=("E2", "X1", "D1", "D2"),
        limits_only=True,
    )
    params: ClassVar[type[BaseModel]] = QueryBudgetParams

    def wrap(
        self,
        target: Target,
        arrays: dict[str, NDArray[np.generic]],
        *,
        params: QueryBudgetParams,
        seed: int,
        digest: str,
    ) -> Target:
        return Rationed(target, params, digest)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The largest number that an interface of the model states, where another states none; else `USUAL`."""
        return QueryBudgetParams(queries=profile.query_budget or USUAL).model_dump(mode="json")

    def limit(self, params: QueryBudgetParams) -> int | None:
        return params.queries * params.accounts

    def assumes(self, params: QueryBudgetParams) -> str:
        return (
            f"It costs honest users nothing as long as none of them needs more than {params.queries:,} answers, which "
            "is assumed here and not measured."
        )
