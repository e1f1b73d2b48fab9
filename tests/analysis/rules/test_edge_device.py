from __future__ import annotations

import pytest

from bartizan.analysis.rules.edge_device import EdgeDevice
from bartizan.core.vocabulary import Capability, Level


@pytest.mark.parametrize("place", ["edge", "unknown"])
def test_holding_the_device_is_holding_the_model(fire, place) -> None:
    grant, floor = fire(EdgeDevice, hardware={"place": place}, interface={"returns": "label", "query_budget": 1})
    assert grant.techniques == floor.techniques == ("E1", "X2")
    assert Capability.WEIGHTS in grant.capabilities
    assert (floor.effect, floor.to) == ("exposure_at_least", Level.HIGH)


@pytest.mark.parametrize("place", ["own", "cloud", "supervised_edge"])
def test_silent_otherwise(fire, place) -> None:
    assert fire(EdgeDevice, hardware={"place": place}) == []


def test_only_the_model_on_that_device(fire) -> None:
    models = [{"id": "reader"}, {"id": "other"}]
    hardware = [{"id": "phone", "place": "edge", "hosts": ["other"]}, {"id": "rack", "place": "own"}]
    assets = {"models": models, "hardware": hardware}
    assert {change.asset for change in fire(EdgeDevice, assets=assets)} == {"other"}
