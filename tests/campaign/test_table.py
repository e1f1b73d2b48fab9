from __future__ import annotations

from typing import Any

import pytest

from bartizan.campaign.profile import profile
from bartizan.campaign.table import table
from bartizan.core.plan import Method
from bartizan.core.system import System
from bartizan.core.vocabulary import Stage
from bartizan.knowledge.fit import never
from bartizan.knowledge.load import load

TORCH = {"kind": "torch", "factory": "net:build", "bounds": [0, 1]}


def methods(techniques=(), **more: Any) -> dict[tuple[str, str, str], Method]:
    """Methods by stage, class and defence, for one model that can be trained again."""
    model = {"id": "m", "load": TORCH, "retrain": {"function": "net:train", "data": "train"}, **more.pop("model", {})}
    data = {"id": "train", "load": {"kind": "npz", "path": "t.npz"}, **more.pop("data", {})}
    assets = {"data": [data], "models": [model], **more.pop("assets", {})}
    system = System.model_validate({"name": "s", "purpose": "p", "stage": "testing", "assets": assets, **more})
    cells = table(system, load(), techniques, (profile(system, "m"),))
    return {(c.stage.value, str(c.threat_class), m.defence or ""): m for c in cells for m in c.methods}


def test_gates_alternate_with_building_stages() -> None:
    stages = list(dict.fromkeys(stage for stage, _, _ in methods()))
    assert stages == [stage.value for stage in Stage]
    assert [Stage(s).is_gate for s in stages[2:8]] == [False, True, False, True, False, True]


@pytest.mark.parametrize(
    ("key", "change", "shown"),
    [
        (("data", "poisoning", "DF25"), {"data": {"integrity": "hashed"}}, "train: integrity hashed"),
        (("retraining", "backdoor", "DF48"), {"data": {"integrity": "versioned"}}, "train: versioned"),
        (("retraining", "all", "DF47"), {"organisation": {"retraining": "gated"}}, "retraining gated"),
        (("deployment", "hazard", "DF47"), {"use": {"oversight": "sampled"}}, "oversight sampled"),
        (
            ("deployment", "evasion", "DF23"),
            {"interfaces": [{"id": "api", "serves": "m", "query_budget": 9}]},
            "api: query_budget 9",
        ),
    ],
)
def test_in_place_is_what_the_description_shows(key, change, shown) -> None:
    assert methods()[key].state != "in_place"
    found = methods(**change)[key]
    assert (found.state, found.note) == ("in_place", shown)


def test_a_related_control_is_not_taken_for_the_method() -> None:
    shown = methods(data={"integrity": "signed"}, use={"oversight": "sampled"})
    assert shown["planning", "poisoning", "DF25"].state == "recommended"  # hashing is not vetting
    assert shown["deployment", "poisoning", "DF47"].state == "recommended"  # oversight breaks no loop


def test_trees_are_not_trained_by_gradients() -> None:
    tree = methods(model={"load": {"kind": "xgboost", "path": "m.json"}})["training", "evasion", "DF01"]
    assert tree.state == "does_not_fit"
    assert "gradients" in tree.note


def test_no_retraining_without_a_function() -> None:
    fixed = methods(model={"retrain": None})["training", "evasion", "DF01"]
    assert (fixed.state, "no retrain function" in fixed.note) == ("does_not_fit", True)


def test_latency_and_floors_bind() -> None:
    key = ("evaluation", "evasion", "DF07")
    assert methods()[key].state == "recommended"
    slow = methods(use={"latency_ms": 10.0})[key]
    assert (slow.state, "10 ms" in slow.note) == ("at_a_price", True)
    metric = {"kind": "precision_recall", "positive": [1], "floor": {"recall": 0.9}}
    assert "recall 0.9" in methods(use={"metric": metric})["training", "evasion", "DF01"].note


def test_conflict_rules_name_what_they_meet() -> None:
    key = ("training", "evasion", "DF01")
    assert methods()[key].state == "recommended"
    met = methods(techniques=("B1", "D1"))[key]
    assert met.state == "at_a_price"  # it fits; it makes another weakness worse
    assert "At odds with resistance to backdoors: backdoor through data (B1) (rule C01)" in met.note
    assert met.rules == ("C01", "C02")


def test_it_conflicts_with_a_control_that_is_there() -> None:
    key = ("deployment", "evasion", "DF18")
    found = methods(interfaces=[{"id": "api", "serves": "m", "returns": "rounded", "decimals": 1}])[key]
    assert (methods()[key].state, found.state) == ("recommended", "conflicts")
    assert "output reduction" in found.note
    assert found.rules == ("C08",)


def test_what_is_broken_is_refuted() -> None:
    broken = [m for m in methods().values() if m.defence and never(load().defences[m.defence])]
    assert {m.state for m in broken} <= {"refuted"}


def test_a_rule_only_the_reader_can_judge_stays_a_note() -> None:
    limit = methods()["deployment", "evasion", "DF23"]
    assert (limit.state, "(rule C14)" in limit.note) == ("recommended", True)


def test_without_models_everything_is_recommended() -> None:
    system = System.model_validate({"name": "s", "purpose": "p", "stage": "planning"})
    assert {m.state for c in table(system, load(), (), ()) for m in c.methods} == {"recommended"}
