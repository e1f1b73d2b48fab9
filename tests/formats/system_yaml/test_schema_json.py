import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bartizan.formats.system_yaml.schema_json import homes_of, json_schema, keys_at, kinds_at
from bartizan.formats.system_yaml.yaml_source import read_yaml


def as_json(value: Any) -> Any:
    """YAML's dates as JSON has them."""
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def test_the_schema_accepts_what_the_reader_accepts(full: Path, minimal: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in (full, minimal):
        jsonschema.validate(as_json(read_yaml(path).value), schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stage: testing", "stage: tested"),
        ("labels: outsourced", "labels: outsorced"),
        ("labels: outsourced", "lables: outsourced"),
        ("serves: reader", "servs: reader"),
        ("query_budget: 5000", "query_budget: -1"),
        ("bounds: [0, 1]", "bounds: [0, x]"),
        ("kind: onnx", "kind: onx"),
        ("from: train", "source: train"),
        ("{half_normal: 0.03}", "gamma"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(full: Path, old: str, new: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = full.read_text()
    assert old in text
    full.write_text(text.replace(old, new))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(read_yaml(full).value), json_schema())


def _properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        for name, child in node.get("properties", {}).items():
            yield f"{path}.{name}", child
        for name, child in node.items():
            yield from _properties(child, f"{path}.{name}")


def test_every_key_is_described() -> None:
    bare = [path for path, node in _properties(json_schema()) if "description" not in node and "const" not in node]
    assert bare == []


def test_keys_follow_the_stated_kind() -> None:
    value = {"assets": {"data": [{"load": {"kind": "idx"}}, {"load": {"kind": "csv"}}, {"load": {}}]}}
    assert set(keys_at(("assets", "data", 0, "load"), value)) == {"kind", "x", "y", "features", "scale"}
    assert "separator" in keys_at(("assets", "data", 1, "load"), value)
    assert "csv" in kinds_at(("assets", "data", 2, "load"), value)
    assert "by_stage" in keys_at(("odd", "anything"), {})
    assert "range" in keys_at(("odd", "anything", "by_stage", "training"), {})


def test_a_key_in_the_wrong_place_is_sent_home() -> None:
    assert homes_of("query_budget") == ("interfaces",)
    assert set(homes_of("autonomy")) == {"use"}
    assert homes_of("no_such_key") == ()


def test_choices_name_their_entry_of_the_knowledge_base() -> None:
    text = str(json_schema())
    assert {f"DC{n:02d}" for n in range(1, 36)} <= set(re.findall(r"DC\d\d", text))
