from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML


def test_a_valid_description_is_called_so_and_its_unknowns_are_named(tiny: Path, run: Any) -> None:
    said = run("validate", tiny)
    assert said.code == 0
    assert said.out.startswith(f"{tiny}: valid\n")
    assert "system.yaml:" in said.out


def test_the_schema_accepts_the_description_and_refuses_a_misspelt_key(tiny: Path, run: Any, tmp_path: Path) -> None:
    schema = json.loads(run("schema").out)
    described = json.loads(json.dumps(YAML(typ="safe").load(tiny.read_text())))
    jsonschema.validate(described, schema)
    described["nmae"] = described.pop("name")
    assert not jsonschema.Draft202012Validator(schema).is_valid(described)
    assert run("schema", "--output", tmp_path / "schema.json").code == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == schema


def test_what_init_writes_validates_and_is_not_overwritten(tiny: Path, run: Any) -> None:
    made = tiny.parent / "made.yaml"
    assert run("init", tiny.parent / "net.safetensors", tiny.parent / "test.npz", "-o", made).code == 0
    assert "unknown" in made.read_text()
    assert run("validate", made).code == 0
    made.write_text("mine")
    said = run("init", tiny.parent / "net.safetensors", "-o", made)
    assert said.code == 2
    assert "--force" in said.err
    assert made.read_text() == "mine"
    assert run("init", tiny.parent / "net.safetensors", "-o", made, "--force").code == 0
    assert run("validate", made).code == 0


def test_an_unknown_choice_is_named_at_its_own_line(tiny: Path, run: Any) -> None:
    text = tiny.read_text().replace("{id: train, ", "{id: train, sensitivity: unknown, ")
    tiny.write_text(text)
    (line,) = [i for i, written in enumerate(text.splitlines(), 1) if "sensitivity" in written]
    column = text.splitlines()[line - 1].index("sensitivity") + 1
    said = run("validate", tiny)
    assert f"system.yaml:{line}:{column}  train.sensitivity" in said.out
