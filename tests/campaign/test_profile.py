from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bartizan.campaign.profile import profile
from bartizan.core.errors import UsageError
from bartizan.core.system import System
from bartizan.core.vocabulary import Stage
from bartizan.formats.description import read_system

EXAMPLES = Path(__file__).parents[2] / "examples"

TORCH = {"kind": "torch", "factory": "net:build", "bounds": [0, 1]}


def system(load: dict[str, Any] | None = TORCH, data: dict[str, Any] | None = None, **more: Any) -> System:
    test = {"id": "test", "load": data or {"kind": "npz", "path": "v.npz"}}
    model = {"id": "m", "load": load, **more.pop("model", {})}
    body = {"name": "s", "purpose": "p", "stage": "testing", "assets": {"data": [test], "models": [model]}, **more}
    return System.model_validate(body)


@pytest.mark.parametrize(
    ("load", "data", "modality"),
    [
        (TORCH, None, "image"),
        ({**TORCH, "input_shape": [1, 28, 28]}, None, "image"),
        ({**TORCH, "input_shape": [30]}, None, "tabular"),
        (TORCH, {"kind": "csv", "path": "t.csv"}, "tabular"),
        (TORCH, {"kind": "npz", "path": "t.npz", "features": [{"name": "age"}]}, "tabular"),
        ({"kind": "xgboost", "path": "m.json"}, None, "tabular"),
        ({"kind": "sklearn", "path": "m.skops"}, {"kind": "idx", "x": "x.idx"}, "image"),
        ({"kind": "onnx", "path": "m.onnx"}, {"kind": "image_folder", "path": "x"}, "image"),
    ],
)
def test_modality(load, data, modality) -> None:
    assert profile(system(load, data), "m").modality == modality


@pytest.mark.parametrize(
    ("load", "differentiable"),
    [
        (TORCH, True),
        ({"kind": "torchscript", "path": "m.pt"}, True),
        ({"kind": "torch_export", "path": "m.pt2"}, True),
        ({"kind": "xgboost", "path": "m.json"}, False),
        ({"kind": "lightgbm", "path": "m.txt"}, False),
        (None, False),
    ],
)
def test_gradients_by_kind_of_file(load, differentiable) -> None:
    assert profile(system(load), "m").differentiable is differentiable


def test_gradients_of_an_onnx_file_by_its_operators() -> None:
    folder = EXAMPLES / "digits-onnx"
    described = read_system(folder / "system.yaml").system
    assert profile(described, "reader", root=folder).differentiable
    assert not profile(described, "reader", root=folder.parent).differentiable  # the file is not there
    assert not profile(described, "reader").differentiable


def test_a_plugin_that_is_not_installed_promises_no_gradients() -> None:
    assert not profile(system({"kind": "plugin", "plugin": "absent"}), "m").differentiable


def gate(**more: Any) -> dict[str, Any]:
    return {"threat_class": "evasion", "estimand": "robust_accuracy", "at_least": 0.4, **more}


@pytest.mark.parametrize(
    ("load", "gates", "norms"),
    [
        (TORCH, [gate(norm="linf", eps=0.1)], (("linf", 0.1),)),
        ({**TORCH, "input_shape": [1, 28, 28]}, [gate(norm="linf", eps=0.1)], (("linf", 0.1), ("l2", 1.4))),
        ({**TORCH, "input_shape": [1, 28, 28]}, [gate(norm="l2", eps=2.0)], (("l2", 2.0), ("linf", 0.1))),
        ({**TORCH, "input_shape": [3, 32, 32]}, [], (("linf", 0.031373), ("l2", 0.8694))),
        ({**TORCH, "bounds": [0, 255], "input_shape": [3, 32, 32]}, [], (("linf", 8.0), ("l2", 221.7025))),
        ({"kind": "onnx", "path": "m.onnx"}, [], ()),
        ({"kind": "onnx", "path": "m.onnx"}, [gate(norm="l2", eps=1.0)], (("l2", 1.0),)),
    ],
)
def test_norms_gates_first(load, gates, norms) -> None:
    assert profile(system(load, gates=gates), "m").norms == norms


def test_conditions_as_they_hold_in_the_stage() -> None:
    noise = {"kind": "gaussian_noise", "range": [0.0, 0.1], "distribution": {"half_normal": 0.03}}
    skew = {"kind": "rotation", "range": [-12, 12], "unit": "degree", "by_stage": {"monitoring": {"range": [-20, 20]}}}
    described = system(odd={"noise": noise, "skew": skew})
    first, second = profile(described, "m").conditions
    assert (first.name, first.distribution, first.assumed) == ("noise", {"half_normal": 0.03}, False)
    assert (second.low, second.high, second.unit, second.assumed) == (-12, 12, "degree", True)
    assert profile(described, "m", Stage.MONITORING).conditions[1].high == 20


def test_floors_latency_classes_and_the_lowest_false_positive_rate() -> None:
    tpr = {"threat_class": "data_extraction", "estimand": "tpr", "at_most": 0.1}
    use = {"metric": {"kind": "precision_recall", "positive": ["7", 1], "floor": {"recall": 0.9}}, "latency_ms": 5.0}
    load = {**TORCH, "class_names": ["0", "7"]}
    made = profile(system(load, use=use, gates=[{**tpr, "fpr": 0.01}, {**tpr, "fpr": 0.001}]), "m")
    assert (made.positive_classes, made.recall_floor, made.precision_floor) == ((1, 1), 0.9, None)
    assert (made.latency_ms, made.classes, made.fpr) == (5.0, 2, 0.001)


def test_retrainable_when_there_is_a_function() -> None:
    assert not profile(system(), "m").retrainable
    retrain = {"retrain": {"function": "net:train", "data": "test"}}
    assert profile(system(model=retrain), "m").retrainable


def test_no_such_model() -> None:
    with pytest.raises(UsageError, match="no asset 'x'"):
        profile(system(), "x")


PEOPLE = [
    {"name": "age"},
    {"name": "woman", "type": "binary"},
    {"name": "work", "type": "categorical", "one_of": ["none", "some", "much"]},
]


@pytest.mark.parametrize(
    ("sensitivity", "named", "expected"),
    [
        ("none", [], []),
        ("personal", [], [("woman", 2), ("work", 3)]),
        ("none", ["work"], [("work", 3)]),
        ("personal", ["age"], [("age", None)]),
    ],
)
def test_sensitive_columns_are_those_named_or_else_the_coarse_ones_of_people(sensitivity, named, expected) -> None:
    csv = {"kind": "csv", "path": "t.csv", "label": "y", "features": PEOPLE}
    train = {"id": "train", "load": csv, "sensitivity": sensitivity, "sensitive_columns": named}
    described = system(data=csv)
    both = {"data": [train, *(d.model_dump(mode="json") for d in described.assets.data)]}
    body = {**described.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
    body["assets"] = {**body["assets"], **both}
    found = profile(System.model_validate(body), "m").sensitive
    assert [(c.name, c.values) for c in found] == expected
