from __future__ import annotations

import pytest

from bartizan.analysis.rules.anonymous_callers import AnonymousCallers
from bartizan.core.vocabulary import Level


@pytest.mark.parametrize("authentication", ["none", "unknown"])
@pytest.mark.parametrize(("audience", "to"), [("internal", Level.MEDIUM), ("partners", Level.HIGH)])
def test_the_audience_counts_as_the_next_wider(fire, authentication, audience, to) -> None:
    (change,) = fire(AnonymousCallers, interface={"authentication": authentication, "audience": audience})
    assert (change.effect, change.exposures, change.to) == ("level", ("DC19@api",), to)


@pytest.mark.parametrize("audience", ["public", "unknown"])
def test_nothing_wider_than_everybody(fire, audience) -> None:
    assert fire(AnonymousCallers, interface={"authentication": "none", "audience": audience}) == []


@pytest.mark.parametrize("authentication", ["account", "strong"])
def test_silent_when_callers_are_asked(fire, authentication) -> None:
    assert fire(AnonymousCallers, interface={"authentication": authentication}) == []
