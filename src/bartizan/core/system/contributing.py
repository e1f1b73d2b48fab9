"""What it takes somebody outside to get records or labels into a data set: what poison costs follows from it."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Amount, Positive

Written = Literal["labels", "records"]
"""What poison writes: labels on records that are there already, or records with their labels."""


class Contributing(Frozen):
    """Prices as whoever contributes pays them, bribes included. What is left out is unknown, not free."""

    record_eur: Annotated[
        Amount | None, Field(description="What one record with its label costs whoever contributes it, in euros")
    ] = None
    label_eur: Annotated[
        Amount | None, Field(description="What one label costs, on a record that is there already, in euros")
    ] = None
    account_records: Annotated[
        Positive | None, Field(description="Records or labels that one account may contribute; left out: any number")
    ] = None
    account_eur: Annotated[
        Amount | None, Field(description="What one account costs, in euros (goes with account_records)")
    ] = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        problems = []
        if self.account_eur is not None and self.account_records is None:
            why = "'account_eur' prices nothing until 'account_records' says what one account may contribute"
            problems.append(Problem(("account_eur",), why))
        elif self.record_eur is None and self.label_eur is None and self.account_records is None:
            problems.append(Problem((), "'contributing' says nothing; give record_eur, label_eur or account_records"))
        complain("Contributing", problems)
        return self

    def each(self, what: Written) -> float | None:
        """The price of one label or of one record, in euros; None where it is not stated."""
        return self.label_eur if what == "labels" else self.record_eur

    def accounts(self, n: int) -> int | None:
        """How many accounts `n` records or labels take; None where an account may contribute any number."""
        return None if self.account_records is None else math.ceil(n / self.account_records)

    def eur(self, n: int, what: Written) -> float | None:
        """What `n` of them cost with the accounts they take, as far as either is stated; None where neither is."""
        each, accounts = self.each(what), self.accounts(n)
        parts = [] if each is None else [each * n]
        if accounts is not None and self.account_eur is not None:
            parts.append(self.account_eur * accounts)
        return round(math.fsum(parts), 6) if parts else None
