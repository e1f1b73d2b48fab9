"""Nothing but the label: the least an interface can tell, and what membership by labels alone still sees through."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel

from bartizan.core.contracts import DefenseSpec
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.defenses.output_rounding import OutputRoundingParams, RoundOutputs


class LabelOnlyParams(OutputRoundingParams):
    """As those of output rounding, with the scores withheld."""

    label_only: bool = True


class LabelOnly(RoundOutputs):
    """Withholds all scores: only the label is told."""

    spec = DefenseSpec(
        id="label_only",
        title="Labels only",
        summary="Withholds all scores: only the label is told.",
        references=("choquette2021",),
        defence="DF24",
        counters=("E2", "X1", "D1", "D2", "D3"),
    )
    params: ClassVar[type[BaseModel]] = LabelOnlyParams

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults. Every treatment costs the whole campaign once more, so the effort decides."""
        if effort == "quick":
            raise NotApplicable("this effort tries output rounding in its place; see --effort standard")
        return self.params().model_dump(mode="json")
