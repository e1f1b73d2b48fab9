"""Scores at a high temperature: whoever knows it can undo it, which the references of an adaptive attack show."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.defenses.output_rounding import OutputRoundingParams, RoundOutputs


class TemperatureParams(OutputRoundingParams):
    """As those of output rounding, with the scores evened out."""

    temperature: float = Field(default=5.0, gt=0)
    decimals: int = Field(default=6, ge=0, le=6)


class Temperature(RoundOutputs):
    """Evens the scores out by a high temperature, so that few answers look sure."""

    spec = DefenseSpec(
        id="temperature",
        title="Even scores",
        summary="Evens the scores out by a high temperature, so that few answers look sure.",
        references=("tramer2016",),
        defence="DF24",
        counters=("E2", "X1", "D1", "D2", "D3"),
    )
    params: ClassVar[type[BaseModel]] = TemperatureParams

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults. Every treatment costs the whole campaign once more, so the effort decides."""
        if effort != "deep":
            raise NotApplicable("this effort tries output rounding in its place; see --effort deep")
        return self.params().model_dump(mode="json")
