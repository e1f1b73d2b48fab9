from __future__ import annotations

import pytest

from bartizan.analysis.exposure import exposures
from bartizan.analysis.interaction import interact
from bartizan.analysis.threats import by_asking, candidates
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Stage

PUBLIC = {"audience": "public", "authentication": "none", "returns": "scores", "query_budget": "none"}


def found(system, kb, stage=None):
    return {c.threat.id: c for c in candidates(interact(system, exposures(system, kb), stage), kb, stage)}


def places(system, kb, stage=None):
    return {id.rpartition(":")[0] for id in found(system, kb, stage)}


def test_techniques_that_ask_are_placed_at_an_interface(kb) -> None:
    assert {t.id for t in kb.present_threats if by_asking(t)} == {"E2", "X1", "D1", "D2", "D3", "D4", "A1"}


def test_ids_name_technique_place_and_source(make, kb) -> None:
    threats = found(make(interface=PUBLIC), kb)
    assert {"E2@reader/api:outsider", "D1@reader/api:insider", "E1@reader:insider", "H2@reader:corruption"} <= set(
        threats
    )
    e2 = threats["E2@reader/api:outsider"]
    assert e2.threat.access.capabilities == (C.LABELS, C.SCORES)
    assert e2.threat.access.interface == "api"
    assert e2.threat.access.output.kind == "scores"
    assert (e2.via, e2.ample) == ("public", True)


def test_label_only_answers_leave_no_way_to_reconstruct(make, kb) -> None:
    assert "D2@reader/api" in places(make(interface=PUBLIC), kb)
    assert "D2@reader/api" not in places(make(interface={**PUBLIC, "returns": "label"}), kb)


@pytest.mark.parametrize(("limit", "queries", "ample"), [(100, 1400, False), (1_000_000, 10_000, True)])
def test_a_hard_limit_times_the_days_bounds_the_queries(make, kb, limit, queries, ample) -> None:
    e2 = found(make(interface={**PUBLIC, "query_budget": limit}), kb)["E2@reader/api:outsider"]
    assert (e2.threat.budget.queries, e2.ample) == (queries, ample)


def test_frozen_models_have_no_feedback_to_skew(make, kb) -> None:
    assert "P3@reader" not in places(make(interface=PUBLIC), kb)
    assert "P3@reader" in places(make(interface=PUBLIC, model={"learning": "continual"}), kb)


def test_no_scene_no_physical_evasion(make, kb) -> None:
    assert "E4@reader" not in places(make(), kb)
    assert "E4@reader" in places(make(hardware={"sensors": "single"}), kb)


def test_public_weights_cannot_be_stolen_and_everybody_follows_gradients(make, kb) -> None:
    threats = found(make(interface=PUBLIC, model={"open_to": "public"}), kb)
    assert not [id for id in threats if id.startswith(("X1", "X2"))]
    assert "E1@reader:outsider" in threats


def test_a_device_in_their_hands_is_white_box_for_all(make, kb) -> None:
    threats = found(make(interface={**PUBLIC, "returns": "label"}, hardware={"place": "edge"}), kb)
    assert C.WEIGHTS in threats["E1@reader:outsider"].threat.access.capabilities
    assert "E1@reader:outsider" not in found(make(interface=PUBLIC), kb)


def test_white_box_evasion_stays_in_view_as_the_worst_case(make, kb) -> None:
    fraudster = {"id": "fraudster", "goal": "integrity", "reaches": ["api"]}
    threats = found(make(interface=PUBLIC, adversaries=[fraudster]), kb)
    assert "E1@reader:insider" in threats
    assert not [id for id in threats if id.endswith(":insider") and not id.startswith("E1")]


def test_what_is_not_their_goal_earns_them_nothing(make, kb) -> None:
    fraudster = {"id": "fraudster", "goal": "integrity", "reaches": ["api"]}
    threats = found(make(interface=PUBLIC, adversaries=[fraudster]), kb)
    assert threats["E2@reader/api:fraudster"].wanted
    assert not threats["D1@reader/api:fraudster"].wanted


def test_every_model_has_every_hazard(make, kb) -> None:
    hazards = [c for c in found(make(), kb).values() if c.threat.source_kind == "hazard"]
    assert {c.threat.technique for c in hazards} == {"H1", "H2", "H3", "H4", "H5", "H6"}
    assert all(c.via == "world" and c.wanted is None for c in hazards)


def test_a_stage_shows_what_is_planted_or_takes_effect_then(make, kb) -> None:
    system = make(interface={**PUBLIC, "open_in": ["deployment"]}, data={"labels": "crowd"})
    data, deployment = places(system, kb, Stage.DATA), places(system, kb, Stage.DEPLOYMENT)
    assert "P1@reader" in data
    assert "P1@reader" in deployment  # planted earlier, it takes effect now
    assert "E2@reader/api" not in data
    assert "E2@reader/api" in deployment
    assert "E2@reader/api" not in places(system, kb, Stage.MONITORING)  # the interface is closed
    assert "E2@reader/api" in places(system, kb)


def test_models_without_interfaces_leak_only_to_those_inside(make, kb) -> None:
    threats = found(make(interfaces=[]), kb)
    assert "D1@reader:insider" in threats
    assert not [id for id in threats if id.startswith(("E2", "X1", "A1"))]


def test_whoever_holds_the_model_is_a_matter_of_its_own(make, kb) -> None:
    """A thief reads membership from the weights; a supplier is spoken of at the interface, where anybody can ask."""
    third_party = make(interface=PUBLIC, model={"origin": "third_party"})
    assert "D1@reader" not in places(third_party, kb)
    stolen = found(make(interface=PUBLIC, hardware={"place": "edge"}), kb)
    assert "D1@reader:device_thief" in stolen
    assert "D1@reader:supplier" not in stolen


def test_a_device_serves_those_who_mean_that_kind_of_harm(make, kb) -> None:
    threats = found(make(interface=PUBLIC, data={"labels": "crowd"}, hardware={"place": "edge"}), kb)
    assert "E1@reader:outsider" in threats
    assert "E1@reader:data_contributor" not in threats
