"""The JSON Schema of `system.yaml`, for editors, and the same knowledge for 'did you mean'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bartizan.core.system import System
from bartizan.formats.system_yaml.yaml_source import KeyPath

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every valid `system.yaml` meets, with a description for each key."""
    schema = System.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **schema, "title": "Bartizan system description"}


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def keys_at(path: KeyPath, value: Any) -> tuple[str, ...]:
    """The keys that the mapping at `path` may have. `value` is the whole description, as far as it could be read."""
    return tuple(dict.fromkeys(key for node in _nodes_at(path, value) for key in node.get("properties", {})))


def kinds_at(path: KeyPath, value: Any) -> tuple[str, ...]:
    """The values that the key `kind` may have in the mapping at `path`."""
    return tuple(kind for node in _nodes_at(path, value) for kind in node.get("discriminator", {}).get("mapping", {}))


@cache
def _homes() -> dict[str, tuple[str, ...]]:
    homes: dict[str, list[str]] = {}
    todo = [("", node) for node in _variants(_schema(), None)]
    seen: set[int] = set()
    while todo:
        place, node = todo.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, child in node.get("properties", {}).items():
            homes.setdefault(key, [])
            if place not in homes[key]:
                homes[key].append(place)
            below = f"{place}.{key}" if place else key
            todo += [(below, grandchild) for grandchild in _below(child)]
    return {key: tuple(name for name in names if name) for key, names in homes.items()}


def _below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for variant in _variants(node, None):
        yield variant
        for part in ("items", "additionalProperties"):
            if isinstance(variant.get(part), dict):
                yield from _variants(variant[part], None)


def homes_of(key: str) -> tuple[str, ...]:
    """The sections that do have a key of this name, e.g. `assets.models`, for a key that stands in the wrong place."""
    return _homes().get(key, ())


def _nodes_at(path: KeyPath, value: Any) -> list[dict[str, Any]]:
    nodes = list(_variants(_schema(), value))
    for step in path:
        value = _step_value(value, step)
        nodes = [variant for node in nodes for child in _step(node, step) for variant in _variants(child, value)]
    return nodes


def _step_value(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None


def _step(node: Mapping[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(step, int):
        if isinstance(node.get("items"), dict):
            yield node["items"]
    elif step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _variants(node: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """The plain schemas behind references and alternatives, narrowed to the stated `kind` where there is one."""
    if "$ref" in node:
        yield from _variants(_schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]], value)
        return
    kinds = node.get("discriminator", {}).get("mapping", {})
    kind = value.get("kind") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind in kinds:
        yield from _variants({"$ref": kinds[kind]}, value)
        return
    yield node
    for alternative in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _variants(alternative, value)
