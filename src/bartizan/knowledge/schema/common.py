"""What every entry of the knowledge base has: an id, where it comes from, and its sources."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import Provenance


class Entry(Frozen):
    """`id` is unique across the whole base. A `sourced` entry names at least one bibliography id in `references`.

    provenance: `sourced` when a cited document says it, `judged` when it is expert judgement (overridable).
    """

    id: str = Field(min_length=1)
    provenance: Provenance
    references: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sourced_has_source(self) -> Self:
        if self.provenance is Provenance.SOURCED and not self.references:
            raise ValueError(f"{self.id} says it is sourced but names no reference")
        return self
