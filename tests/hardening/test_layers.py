from __future__ import annotations

from typing import Any

from bartizan.core.assessment import Layer
from bartizan.core.system import System
from bartizan.hardening.layers import layers
from bartizan.knowledge.load import load


def cells(**more: Any) -> dict[tuple[str, str], Layer]:
    data = {"id": "train", **more.pop("data", {})}
    assets = {"data": [data, {"id": "test"}], "models": [{"id": "m"}], **more.pop("assets", {})}
    body = {"name": "s", "purpose": "p", "stage": "testing", "assets": assets, **more}
    return {(c.stage, c.state): c for c in layers(System.model_validate(body), load())}


def test_every_stage_that_handles_information_and_every_state() -> None:
    found = cells()
    assert len(found) == 7 * 3 + 1
    assert ("decommission", "at_rest") in found
    assert not [stage for stage, _ in found if stage == "planning"]


def test_nothing_described_is_nothing_shown() -> None:
    assert all(c.controls == () and not c.single_point and c.note.startswith("Nothing") for c in cells().values())


def test_one_control_alone_is_a_single_point_of_failure() -> None:
    alone = cells(data={"integrity": "hashed"})["data", "at_rest"]
    assert alone.controls == ("digests of the data (train)",)
    assert alone.single_point
    assert alone.note.startswith("Nothing stands behind")
    both = cells(data={"integrity": "signed"})["data", "at_rest"]
    assert len(both.controls) == 2
    assert not both.single_point


def test_a_control_counts_only_where_every_item_has_it() -> None:
    strong = {"id": "a", "serves": "m", "authentication": "strong"}
    open_too = {"id": "b", "serves": "m", "authentication": "none"}
    assert cells(interfaces=[strong])["deployment", "in_transit"].controls == ("authentication (a)",)
    assert cells(interfaces=[strong, open_too])["deployment", "in_transit"].controls == ()


def test_data_a_model_is_not_trained_on_do_not_matter() -> None:
    """`test` says nothing of its integrity, and `train` is enough."""
    assert cells(data={"integrity": "hashed"})["training", "at_rest"].controls


def test_flows_over_a_boundary_are_named_where_they_happen() -> None:
    comes = {"from": "outside", "to": "train", "carries": "labels", "state": "in_transit", "crosses": "vendor"}
    asks = {"from": "outside", "to": "api", "carries": "images", "state": "in_transit", "crosses": "internet"}
    api = {"id": "api", "serves": "m", "open_in": ["deployment"]}
    found = cells(flows=[comes, asks], interfaces=[api])
    noted = {place for place, cell in found.items() if "'vendor'" in cell.note}
    assert noted == {("data", "in_transit"), ("retraining", "in_transit")}
    assert {place for place, cell in found.items() if "'internet'" in cell.note} == {("deployment", "in_transit")}


def test_what_only_bounds_a_leak_is_no_point_of_failure() -> None:
    alone = cells(data={"sensitivity": "none"})["data", "in_transit"]
    assert (alone.controls, alone.single_point) == ((), False)
    assert alone.bounds == ("no direct identifiers (train)",)
    both = cells(data={"sensitivity": "none", "integrity": "hashed"})["data", "at_rest"]
    assert both.single_point
