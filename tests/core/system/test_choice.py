from typing import Any

from bartizan.core.system import System
from bartizan.core.system.choice import choices_of
from bartizan.formats.system_yaml.schema_json import json_schema
from bartizan.knowledge.load import load


def test_fields_and_knowledge_base_ask_the_same_at_the_same_place(described: dict[str, Any]) -> None:
    fields = {c.entry: (c.section, c.field) for c in System.model_validate(described).iter_choices()}
    assert fields == {entry: (choice.section, choice.field) for entry, choice in load().choices.items()}


def _options(node: dict[str, Any]) -> set[str]:
    found = set(node.get("enum", ())) | ({node["const"]} if "const" in node else set())
    return found.union(*(_options(child) for child in node.get("oneOf", ())))


def test_every_option_of_a_field_is_known_to_the_knowledge_base_and_the_other_way_round() -> None:
    checked = 0
    for definition in json_schema()["$defs"].values():
        for name, node in definition.get("properties", {}).items():
            if "choice" not in node or node["choice"] == "DC23":
                continue  # a lock file's path is open text
            entry = load().choices[node["choice"]]
            extra = {entry.number} if entry.number else set()
            assert _options(node) - {"unknown"} == set(entry.options) - extra, name
            checked += 1
    assert checked == 34


def test_a_section_without_choices_has_none(described: dict[str, Any]) -> None:
    assert list(choices_of("flows", "x", System.model_validate(described).flows[0])) == []
