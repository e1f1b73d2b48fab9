from __future__ import annotations

import pytest

from bartizan.analysis.rules.public_weights import PublicWeights
from bartizan.core.vocabulary import Capability, Level


def test_nothing_to_steal_and_everybody_white_box(fire) -> None:
    gone, floor, grant = fire(PublicWeights, model={"open_to": "public"})
    assert (gone.effect, gone.techniques) == ("not_applicable", ("X1", "X2"))
    assert (floor.effect, floor.to, floor.techniques) == ("exposure_at_least", Level.HIGH, ("E1",))
    assert Capability.WEIGHTS in grant.capabilities
    assert "E1" in grant.techniques


@pytest.mark.parametrize("audience", ["internal", "partners"])
def test_silent_otherwise(fire, audience) -> None:
    assert fire(PublicWeights, model={"open_to": audience}) == []
