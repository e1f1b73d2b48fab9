from __future__ import annotations

import pytest

from bartizan.analysis.cast import players
from bartizan.analysis.crossing import gains
from bartizan.analysis.exposure import exposures
from bartizan.analysis.facts import Facts
from bartizan.analysis.interaction import interact
from bartizan.analysis.threats import candidates
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Stage

RECORDS = {"from": "train", "to": "service", "carries": "records", "state": "in_transit", "crosses": "internet"}
WEIGHTS = {"from": "reader", "to": "service", "carries": "weights", "state": "in_transit", "crosses": "internet"}
IMAGES = {"from": "outside", "to": "api", "carries": "images", "state": "in_transit", "crosses": "internet"}
INSIDE = {C.WEIGHTS, C.LOGITS, C.SCORES, C.LABELS}


def gained(system, kb, who, stage=Stage.DEPLOYMENT):
    facts = Facts(system, exposures(system, kb))
    player = next(p for p in players(system, kb) if p.id == who)
    return list(gains(player, system.model("reader"), facts, stage))


def who_gains(system, kb):
    return {p for p in kb.adversaries if gained(system, kb, p)}


@pytest.mark.parametrize(
    ("flow", "capabilities"),
    [
        (RECORDS, {C.DATA_READ}),
        (WEIGHTS, INSIDE),
        ({**WEIGHTS, "carries": "the trained model"}, INSIDE),
        ({**WEIGHTS, "carries": "model cards"}, None),
        ({**WEIGHTS, "from": "outside", "to": "reader"}, {*INSIDE, C.FILES}),
        ({**RECORDS, "from": "outside", "to": "train"}, {C.DATA_READ, C.DATA_WRITE}),
        ({**RECORDS, "from": "api", "to": "outside", "carries": "scores"}, None),
        ({**RECORDS, "crosses": None}, None),
        ({**WEIGHTS, "crosses": None}, None),
    ],
)
def test_what_a_crossing_flow_gives_to_whoever_is_on_the_way(make, kb, flow, capabilities) -> None:
    found = gained(make(flows=[flow]), kb, "outsider")
    assert [set(g.capabilities) for g in found] == ([capabilities] if capabilities else [])


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("in_transit", {"outsider", "api_customer", "insider"}),
        ("at_rest", {"supplier", "insider"}),
        ("in_use", {"insider"}),
        ("unknown", {"outsider", "api_customer", "supplier", "insider"}),
    ],
)
def test_the_state_decides_who(make, kb, state, who) -> None:
    assert who_gains(make(flows=[{**RECORDS, "state": state}]), kb) == who


@pytest.mark.parametrize(("state", "gets"), [("at_rest", True), ("in_use", True), ("in_transit", False)])
def test_who_can_take_the_device_has_what_lies_or_runs_there(make, kb, state, gets) -> None:
    to_device = {**WEIGHTS, "to": "host", "state": state}
    for place in ("edge", "own"):
        found = gained(make(flows=[to_device], hardware={"place": place}), kb, "device_thief")
        assert bool(found) is (gets and place == "edge")


@pytest.mark.parametrize(
    ("audience", "who"),
    [("public", {"outsider", "api_customer", "insider"}), ("partners", {"api_customer", "insider"})],
)
def test_on_the_way_to_an_interface_are_those_it_is_there_for(make, kb, audience, who) -> None:
    assert who_gains(make(flows=[IMAGES], interface={"audience": audience}), kb) == who


def test_nothing_flows_through_an_interface_that_is_closed(make, kb) -> None:
    system = make(flows=[IMAGES], interface={"audience": "public", "open_in": ["deployment"]})
    assert gained(system, kb, "outsider", Stage.DEPLOYMENT)
    assert not gained(system, kb, "outsider", Stage.TESTING)


def threats(system, kb):
    interaction = interact(system, exposures(system, kb))
    return {c.threat.id: c.threat for c in candidates(interaction, kb)}


def test_threats_say_which_flow_opens_the_way(make, kb) -> None:
    without = threats(make(flows=[{**WEIGHTS, "crosses": None}]), kb)
    crossing = threats(make(flows=[WEIGHTS]), kb)
    new = {i: t.reason for i, t in crossing.items() if t != without.get(i)}
    assert {"E1@reader:outsider", "X2@reader:outsider", "X2@reader:api_customer"} <= set(new)
    assert all("'reader' to 'service' (weights) crosses 'internet' in transit" in reason for reason in new.values())
    assert set(threats(make(flows=[{**WEIGHTS, "state": "in_use"}]), kb)) == set(without)
