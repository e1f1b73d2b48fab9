"""Defence in depth: which controls stand behind each other, and where only one stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Section, SectionSpec
from bartizan.core.vocabulary import Stage

STATES = ("at_rest", "in_transit", "in_use")


class Layers(Section):
    """Stage × state of the information; single points of failure and bare cells stand out."""

    spec = SectionSpec(id="layers", title="Layers", summary="Defence in depth.", order=85, heading="Defence in depth")

    def context(self, assessment: Assessment, arrays: ArrayReader) -> Mapping[str, Any]:
        """Stages in their order, states at rest, in transit, in use and whatever else was named."""
        layers = assessment.layers
        cells = {(x.stage, x.state): x for x in layers}
        known = [str(s) for s in Stage]
        stages = sorted(dict.fromkeys(x.stage for x in layers), key=lambda s: known.index(s) if s in known else 99)
        others = [x.state for x in layers if x.state not in STATES]
        states = [s for s in dict.fromkeys([*STATES, *others]) if any(x.state == s for x in layers)]
        return {
            "states": states,
            "rows": [(stage, [cells.get((stage, state)) for state in states]) for stage in stages],
            "single": [x for x in layers if x.single_point],
            "bare": [x for x in layers if not x.controls],
        }
