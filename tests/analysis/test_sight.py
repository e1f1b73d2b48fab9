from __future__ import annotations

import pytest
from pydantic import ValidationError

from bartizan.analysis.cast import players
from bartizan.analysis.exposure import exposures
from bartizan.analysis.facts import Facts
from bartizan.analysis.sight import answers, sight
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Stage

ALL = tuple(Stage)


def look(system, kb, who, stages=ALL):
    facts = Facts(system, exposures(system, kb))
    player = next(p for p in players(system, kb) if p.id == who)
    return sight(player, system.model("reader"), facts, stages)


@pytest.mark.parametrize(
    ("returns", "capabilities", "kind"),
    [
        ("label", {C.LABELS}, "label"),
        ("scores", {C.LABELS, C.SCORES}, "scores"),
        ("logits", {C.LABELS, C.SCORES}, "logits"),
        ("gradients", {C.LABELS, C.SCORES, C.LOGITS}, "logits"),
        ("unknown", {C.LABELS, C.SCORES}, "logits"),
    ],
)
def test_what_an_answer_gives(make, returns, capabilities, kind) -> None:
    given, output = answers(make(interface={"returns": returns}).interface("api"))
    assert (set(given), output.kind) == (capabilities, kind)


def test_rounded_scores_keep_their_decimals_and_explanations_count(make) -> None:
    told = {"returns": "rounded", "decimals": 1, "explanations": "per_query"}
    given, output = answers(make(interface=told).interface("api"))
    assert (output.kind, output.decimals) == ("rounded", 1)
    assert C.EXPLANATIONS in given


@pytest.mark.parametrize(
    ("audience", "authentication", "who"),
    [
        ("public", "none", {"outsider", "api_customer", "insider"}),
        ("public", "account", {"api_customer", "insider"}),
        ("partners", "strong", {"api_customer", "insider"}),
        ("internal", "strong", {"insider"}),
        ("unknown", "unknown", {"outsider", "api_customer", "insider"}),
    ],
)
def test_who_can_ask(make, kb, audience, authentication, who) -> None:
    system = make(interface={"audience": audience, "authentication": authentication})
    assert {p for p in kb.adversaries if look(system, kb, p).interfaces} == who


def test_a_closed_interface_is_not_seen(make, kb) -> None:
    system = make(interface={"audience": "public", "authentication": "none", "open_in": ["deployment"]})
    assert look(system, kb, "outsider", [Stage.DEPLOYMENT]).interfaces == {"api": "public"}
    assert look(system, kb, "outsider", [Stage.DATA]).interfaces == {}
    assert look(system, kb, "outsider", [Stage.TRAINING, Stage.DEPLOYMENT]).interfaces == {"api": "public"}


@pytest.mark.parametrize(
    ("data", "writes"),
    [
        ({"labels": "outsourced"}, True),
        ({"labels": "unknown"}, True),
        ({"origin": "crowd"}, True),
        ({"origin": "own"}, False),
    ],
)
def test_who_writes_training_data(make, kb, data, writes) -> None:
    assert (C.DATA_WRITE in look(make(data=data), kb, "data_contributor").capabilities) is writes


def test_a_flow_back_into_the_training_data_lets_users_write(make, kb) -> None:
    door = {"audience": "public", "authentication": "none"}
    flows = [{"from": "api", "to": "train", "carries": "requests"}]
    assert C.DATA_WRITE not in look(make(interface=door), kb, "outsider").capabilities
    assert C.DATA_WRITE in look(make(interface=door, flows=flows), kb, "outsider").capabilities


def test_the_thief_needs_a_device_to_steal(make, kb) -> None:
    assert look(make(hardware={"place": "cloud"}), kb, "device_thief").capabilities == {}
    assert C.WEIGHTS in look(make(hardware={"place": "edge"}), kb, "device_thief").capabilities


@pytest.mark.parametrize(
    ("change", "has"),
    [
        ({"model": {"origin": "third_party"}}, True),
        ({"supply": {"parties": "supplier_self"}}, True),
        ({}, False),
    ],
)
def test_a_supplier_has_the_model_it_made_or_runs(make, kb, change, has) -> None:
    seen = look(make(**change), kb, "supplier")
    assert (C.WEIGHTS in seen.capabilities) is has
    assert seen.packages == "supply"


def test_published_weights_are_everybodys(make, kb) -> None:
    assert look(make(model={"open_to": "public"}), kb, "outsider").capabilities[C.WEIGHTS] == "public"
    flows = [{"from": "reader", "to": "outside", "carries": "model weights"}]
    assert C.WEIGHTS in look(make(flows=flows), kb, "outsider").capabilities
    answers_only = [{"from": "reader", "to": "outside", "carries": "scores"}]
    assert C.WEIGHTS not in look(make(flows=answers_only), kb, "outsider").capabilities


@pytest.mark.parametrize(
    ("reaches", "capabilities"),
    [
        (["api"], set()),
        (["train"], {C.DATA_READ, C.DATA_WRITE}),
        (["reader"], {C.FILES, C.WEIGHTS, C.LOGITS, C.SCORES, C.LABELS}),
        (["host"], {C.FILES, C.WEIGHTS, C.LOGITS, C.SCORES, C.LABELS}),
        (["service"], set()),
    ],
)
def test_a_described_adversary_gets_at_what_it_reaches(make, kb, reaches, capabilities) -> None:
    system = make(adversaries=[{"id": "spy", "goal": "privacy", "reaches": reaches}])
    seen = look(system, kb, "spy")
    assert set(seen.capabilities) == capabilities
    assert bool(seen.interfaces) is (reaches == ["api"])
    assert bool(seen.packages) is (reaches in (["service"], ["reader"]))


def test_an_adversary_without_queries_or_records_has_neither(make, kb) -> None:
    poor = {"id": "poor", "goal": "privacy", "reaches": ["api", "train"], "budget": {"queries": 0, "records": 0}}
    seen = look(make(adversaries=[poor]), kb, "poor")
    assert seen.interfaces == {}
    assert set(seen.capabilities) == {C.DATA_READ}


def test_a_described_adversary_is_on_the_boundaries_it_reaches(make, kb) -> None:
    flows = [{"from": "train", "to": "service", "carries": "records", "state": "in_transit", "crosses": "partner net"}]
    spy = {"id": "spy", "goal": "privacy", "reaches": ["partner net"]}
    assert set(look(make(adversaries=[spy], flows=flows), kb, "spy").capabilities) == {C.DATA_READ}
    flows[0]["crosses"] = "internet"
    with pytest.raises(ValidationError, match="no asset, interface or boundary"):
        make(adversaries=[spy], flows=flows)
