"""The best class with its score, and no other."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.defenses.output_rounding import OutputRoundingParams, RoundOutputs


class TopOneParams(OutputRoundingParams):
    """As those of output rounding, with the scores of all but the best class withheld."""

    top_k: int = Field(default=1, ge=1)
    decimals: int = Field(default=6, ge=0, le=6)


class TopOne(RoundOutputs):
    """Tells the score of the best class alone, and of the others nothing."""

    spec = DefenseSpec(
        id="top_one",
        title="Best score only",
        summary="Tells the score of the best class alone, and of the others nothing.",
        references=("tramer2016",),
        defence="DF24",
        counters=("E2", "X1", "D1", "D2", "D3"),
    )
    params: ClassVar[type[BaseModel]] = TopOneParams

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults. Every treatment costs the whole campaign once more, so the effort decides."""
        if effort != "deep":
            raise NotApplicable("this effort tries output rounding in its place; see --effort deep")
        return self.params().model_dump(mode="json")
