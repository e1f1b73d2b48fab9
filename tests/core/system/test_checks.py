from typing import Any

import pytest
from pydantic import ValidationError

from bartizan.core.system import System

WRONG: dict[str, tuple[tuple[str | int, ...], object, tuple[str | int, ...], str]] = {
    "retrain": (("assets", "models", 0, "retrain", "data"), "trian", (), "did you mean 'train'?"),
    "train data": (("assets", "models", 0, "train_data"), "reader", (), "no data asset with id 'reader'"),
    "test data": (("assets", "models", 0, "test_data"), "tets", (), "did you mean 'test'?"),
    "serves": (("interfaces", 0, "serves"), "train", (), "no model with id 'train'"),
    "flow from": (("flows", 0, "from"), "trian", (), "did you mean 'train'?"),
    "flow to": (("flows", 0, "to"), "raeder", (), "did you mean 'reader'?"),
    "reaches": (("adversaries", 0, "reaches"), ["api", "apy"], (1,), "did you mean 'api'?"),
    "hosts": (("assets", "software", 0, "hosts"), ["readr"], (0,), "did you mean 'reader'?"),
    "finding": (("accepted", 0, "finding"), "E1@raeder", (), "did you mean 'reader'?"),
    "finding form": (("accepted", 0, "finding"), "E1", (), "write THREAT@ASSET"),
    "finding interface": (("accepted", 0, "finding"), "E1@reader/apj", (), "did you mean 'api'?"),
    "gate finding": (("gates", 1, "finding"), "E1@readr", (), "did you mean 'reader'?"),
    "same id": (("assets", "data", 1, "id"), "reader", (), ""),
    "reserved id": (("assets", "hardware", 0, "id"), "system", (), "has a meaning of its own"),
    "eps linf": (("gates", 0, "eps"), 1.5, (), "larger than the whole range of inputs of 'reader' (1 in linf"),
    "odd feature": (("odd", "skew", "feature"), "b", (), "no data set lists a feature 'b'"),
    "k": (("interfaces", 0, "k"), None, ("..", "returns"), "needs the key 'k'"),
    "decimals": (("interfaces", 0, "decimals"), 2, (), "goes only with returns: rounded"),
    "floor": (("use", "metric", "floor"), {"accuracy": 0.9}, ("accuracy",), "does not fit the metric"),
    "positive": (("use", "metric", "positive"), [], ("..", "kind"), "needs the key 'positive'"),
    "std": (("assets", "models", 0, "load", "preprocessing", "std"), [0], (), "above 0"),
    "direction": (
        ("assets", "data", 1, "load", "features"),
        [{"name": "a", "mutable": False, "direction": "increase"}],
        (0, "direction"),
        "not mutable",
    ),
    "feature twice": (
        ("assets", "data", 1, "load", "features"),
        [{"name": "a"}, {"name": "a"}],
        (1, "name"),
        "listed twice",
    ),
    "sensitive column": (("assets", "data", 1, "sensitive_columns"), ["a", "aa"], (1,), "did you mean 'a'?"),
    "sensitive twice": (("assets", "data", 1, "sensitive_columns"), ["a", "a"], (1,), "listed twice"),
    "class names": (
        ("assets", "models", 0, "load"),
        {"kind": "onnx", "path": "m.onnx", "classes": 3, "class_names": ["a", "b"]},
        ("class_names",),
        "2 class names for 3 classes",
    ),
    "norm alone": (("gates", 0, "eps"), None, ("..", "norm"), "norm and eps go together"),
}


def _set(value: Any, path: tuple[str | int, ...], new: object) -> None:
    *around, last = path
    for step in around:
        value = value[step]
    value[last] = new


def _without_tags(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(step for step in loc if step not in ("mapping", "torch", "csv", "onnx", "measure", "verdict"))


@pytest.mark.parametrize("name", WRONG)
def test_each_inconsistency_is_reported_at_its_key(described: dict[str, Any], name: str) -> None:
    path, new, below, sentence = WRONG[name]
    _set(described, path, new)
    with pytest.raises(ValidationError) as caught:
        System.model_validate(described)
    wanted = (*path[:-1], *below[1:]) if below[:1] == ("..",) else (*path, *below)
    places = {_without_tags(e["loc"]): e["msg"] for e in caught.value.errors()}
    if name == "same id":  # reported where the id is used again, which is at the model
        wanted, sentence = ("assets", "models", 0, "id"), "used twice"
    assert sentence in places[wanted]


def test_an_eps_as_large_as_the_range_is_allowed(described: dict[str, Any]) -> None:
    described["gates"][0]["eps"] = 1.0
    System.model_validate(described)
    described["gates"][0] |= {"norm": "l2", "eps": 8.0}
    System.model_validate(described)
    described["gates"][0]["eps"] = 8.01
    with pytest.raises(ValidationError, match="8 in l2"):
        System.model_validate(described)


def test_several_problems_come_together(described: dict[str, Any]) -> None:
    described["interfaces"][0]["serves"] = "x"
    described["flows"][0]["from"] = "y"
    with pytest.raises(ValidationError) as caught:
        System.model_validate(described)
    assert len(caught.value.errors()) == 2
