from __future__ import annotations

import pytest

from bartizan.analysis.rules.open_interface import OpenInterface

OPEN = {"audience": "public", "returns": "scores", "query_budget": "none"}


@pytest.mark.parametrize("returns", ["scores", "logits", "unknown"])
@pytest.mark.parametrize("audience", ["public", "unknown"])
@pytest.mark.parametrize("budget", ["none", "unknown"])
def test_all_three_high_raise_query_attacks(fire, returns, audience, budget) -> None:
    (change,) = fire(OpenInterface, interface={"returns": returns, "audience": audience, "query_budget": budget})
    assert change.effect == "likelihood_up"
    assert change.techniques == ("E2", "X1", "D1")
    assert (change.asset, change.interface) == ("reader", "api")
    assert change.exposures == ("DC13@api", "DC19@api", "DC20@api")


@pytest.mark.parametrize(
    "tamed", [{"returns": "label"}, {"audience": "partners"}, {"query_budget": 1000}, {"query_budget": "soft"}]
)
def test_any_one_of_them_tamed_is_enough(fire, tamed) -> None:
    assert fire(OpenInterface, interface={**OPEN, **tamed}) == []
