from __future__ import annotations

import pytest

from bartizan.analysis.exposure import exposures
from bartizan.analysis.facts import Change, Facts
from bartizan.core.vocabulary import Stage


def facts(system, kb, stage=None):
    return Facts(system, exposures(system, kb), stage)


def test_unknown_is_high_and_never_low(make, kb) -> None:
    known = facts(make(model={"origin": "unknown"}), kb)
    assert known.is_high("DC10", "reader")
    assert not known.is_low("DC10", "reader")
    assert known.is_low("DC11", "reader")
    assert not known.is_high("DC10", "nobody")


def test_related_items_are_those_around_the_model(make, kb) -> None:
    hosts = facts(make(hardware={"hosts": ["train"]}), kb)
    assert hosts.related("reader", "api") == {"reader", "api", "train", "service", "system"}
    assert facts(make(), kb).related("reader", None) == {"reader", "api", "train", "service", "host", "system"}
    closed = facts(make(interface={"open_in": ["monitoring"]}), kb, Stage.DEPLOYMENT)
    assert "api" not in closed.related("reader", None)


@pytest.mark.parametrize(
    ("interface", "asked", "speaks"),
    [(None, "api", True), (None, None, True), ("api", "api", True), ("api", "b", False)],
)
def test_a_change_speaks_of_its_place(interface, asked, speaks) -> None:
    change = Change(
        rule="r", effect="likelihood_up", reason="", techniques=("E2",), asset="reader", interface=interface
    )
    assert change.speaks_of("E2", "reader", asked) is speaks
    assert not change.speaks_of("E1", "reader", asked)
    assert not change.speaks_of("E2", "other", asked)
