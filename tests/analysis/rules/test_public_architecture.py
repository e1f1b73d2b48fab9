from __future__ import annotations

import pytest

from bartizan.analysis.rules.public_architecture import PublicArchitecture
from bartizan.core.vocabulary import Capability, Level


@pytest.mark.parametrize("architecture", ["public", "unknown"])
@pytest.mark.parametrize("interface", [{"returns": "label", "query_budget": 1}, {"returns": "scores"}])
def test_transfer_stays_high_whatever_the_interface_hides(fire, architecture, interface) -> None:
    floor, grant = fire(PublicArchitecture, model={"architecture": architecture}, interface=interface)
    assert (floor.effect, floor.to, floor.techniques) == ("exposure_at_least", Level.HIGH, ("E3",))
    assert (grant.effect, grant.capabilities) == ("grants", (Capability.RECIPE,))
    assert "E2" not in grant.techniques


@pytest.mark.parametrize("architecture", ["private", "family_known"])
def test_silent_otherwise(fire, architecture) -> None:
    assert fire(PublicArchitecture, model={"architecture": architecture}) == []
