"""What flows between assets, in which state, and across which trust boundary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bartizan.core.base import Frozen
from bartizan.core.system.values import Id, Text

OUTSIDE = "outside"


class Flow(Frozen):
    """One flow. Its ends are ids of assets or interfaces, or the word `outside`."""

    model_config = ConfigDict(populate_by_name=True)

    source: Annotated[Id, Field(alias="from", description="Where it comes from: an id, or outside")]
    to: Annotated[Id, Field(description="Where it goes: an id, or outside")]
    carries: Annotated[Text, Field(description="What flows, e.g. records, images, weights, scores")]
    state: Annotated[
        Literal["at_rest", "in_transit", "in_use", "unknown"], Field(description="The state of what flows")
    ] = "unknown"
    crosses: Annotated[Text | None, Field(description="Name of the trust boundary it crosses; null: none")] = None
