from typing import Any

import pytest
from pydantic import ValidationError

from bartizan.core.errors import UsageError
from bartizan.core.system import SYSTEM_ID, System
from bartizan.core.vocabulary import Objective


def test_what_is_written_is_read_back_equal(described: dict[str, Any]) -> None:
    system = System.model_validate(described)
    assert System.from_json(system.to_json()) == system
    assert System.from_json(system.to_json()).to_json() == system.to_json()


def test_a_system_of_three_keys_is_enough_and_everything_else_is_unknown() -> None:
    system = System(name="a", purpose="b", stage="planning")
    assert {c.value for c in system.iter_choices()} == {"unknown"}
    assert system.impact.of(Objective.SAFETY) == "unknown"


def test_it_cannot_be_changed(described: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        System.model_validate(described).name = "other"


def test_every_choice_is_listed_with_its_item(described: dict[str, Any]) -> None:
    system = System.model_validate(described)
    found = {(c.section, c.item, c.field): c.value for c in system.iter_choices()}
    assert found["assets.data", "train", "labels"] == "outsourced"
    assert found["assets.data", "test", "labels"] == "unknown"
    assert found["assets.software", "service", "dependencies"] == "requirements.lock"
    assert found["interfaces", "api", "query_budget"] == 1000
    assert found["supply", SYSTEM_ID, "parties"] == "self_self"
    assert system.choice_value("assets.models[]", "reader", "architecture") == "public"
    with pytest.raises(KeyError):
        system.choice_value("assets.models", "reader", "labels")


def test_all_35_design_choices_have_a_field(described: dict[str, Any]) -> None:
    entries = {c.entry for c in System.model_validate(described).iter_choices()}
    assert entries == {f"DC{n:02d}" for n in range(1, 36)}


def test_assets_and_interfaces_are_found_or_suggested(described: dict[str, Any]) -> None:
    system = System.model_validate(described)
    assert system.asset("host").section == "assets.hardware"
    assert [i.id for i in system.interfaces_of("reader")] == ["api"]
    assert system.boundaries() == ("supplier", "internet")
    with pytest.raises(UsageError, match="did you mean 'reader'"):
        system.asset("raeder")
    with pytest.raises(UsageError, match="is a data asset"):
        system.model("train")
    with pytest.raises(UsageError, match="known: api"):
        system.interface("zzz")


def test_data_of_a_model_is_named_or_told_by_its_id(described: dict[str, Any]) -> None:
    system = System.model_validate(described)
    train, test = system.training_data("reader"), system.test_data("reader")
    assert train is not None
    assert train.id == "train"
    assert test is not None
    assert test.id == "test"
    described["assets"]["data"][1]["id"] = "holdout"
    only_other = System.model_validate(described).test_data("reader")
    assert only_other is not None
    assert only_other.id == "holdout"


def test_openness_by_stage(described: dict[str, Any]) -> None:
    system = System.model_validate(described)
    assert system.interface("api").is_open("deployment")
    assert not system.interface("api").is_open("training")
    assert system.asset("reader").is_open("training")
