"""Turn what pydantic says into sentences for the person who wrote the description."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bartizan.core.suggest import nearest
from bartizan.formats.system_yaml.schema_json import homes_of, keys_at, kinds_at
from bartizan.formats.system_yaml.yaml_source import KeyPath, YamlSource

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of 'key: value' lines",
    "model_type": "a mapping of 'key: value' lines",
    "model_attributes_type": "a mapping of 'key: value' lines",
    "date_type": "a date such as 2027-01-31",
    "date_parsing": "a date such as 2027-01-31",
    "date_from_datetime_parsing": "a date such as 2027-01-31",
    "date_from_datetime_inexact": "a date such as 2027-01-31",
}


def sentences(error: ValidationError, source: YamlSource) -> list[str]:
    """One sentence with position for each thing wrong, in the order of the file, each said once."""
    found: dict[tuple[int, int, str], str] = {}
    misspelt = _misspelt(error, source.value)
    for details in error.errors(include_url=False):
        path, missing = _path(details["loc"], source.value)
        if missing is not None and (*path, missing) in misspelt:
            continue
        position = source.positions.at(path)
        sentence = _sentence(details, path, missing, source.value)
        found[position.line, position.column, sentence] = f"{position}: {sentence}"
    return [found[place] for place in sorted(found)]


def _misspelt(error: ValidationError, value: Any) -> set[KeyPath]:
    """The keys that unknown keys were probably meant to be: they are not reported as missing as well."""
    meant = set()
    for details in error.errors(include_url=False):
        if details["type"] == "extra_forbidden":
            *around, key = _path(details["loc"], value)[0]
            meant.add((*around, nearest(key, _free_keys(around, value)) or ""))
    return meant


def _path(loc: tuple[str | int, ...], value: Any) -> tuple[KeyPath, str | None]:
    """The keys of the file behind pydantic's location, and the key that is missing there, if one is.

    Pydantic mixes names of alternatives (the `kind`, `word`, `mapping` …) into its locations; those are skipped.
    """
    path: list[str | int] = []
    skipped = False
    for i, step in enumerate(loc):
        at_end = i == len(loc) - 1
        is_kind = isinstance(value, dict) and value.get("kind") == step and not skipped and not at_end
        if _has(value, step) and not is_kind:
            path.append(step)
            value, skipped = value[step], False
        elif at_end and isinstance(value, dict):
            return tuple(path), str(step)
        else:
            skipped = True
    return tuple(path), None


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _sentence(details: ErrorDetails, path: KeyPath, missing: str | None, value: Any) -> str:
    kind, given, name = details["type"], details["input"], _name(path)
    if kind == "missing":
        return f"key '{missing}' is missing in {name}"
    if kind == "union_tag_not_found":
        return f"key 'kind' is missing in {name} (one of {', '.join(kinds_at(path, value))})"
    if kind == "extra_forbidden":
        return _unknown_key(path, value)
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _option(details, path)
    if not path and given is None:
        return "the description is empty; `bartizan init` writes one to start from"
    if kind in _WANTED and given is None:
        return f"{name} has no value; write {_WANTED[kind]}, or leave the key out"
    if kind in _WANTED:
        one = f"; write [{given}]" if kind in ("tuple_type", "list_type") and isinstance(given, str | int) else ""
        return f"{name} must be {_WANTED[kind]}, not {_shown(given)}{one}"
    return f"{name} {_RULES[kind](details.get('ctx', {}), given)}" if kind in _RULES else _custom(details, name)


def _custom(details: ErrorDetails, name: str) -> str:
    if details["type"] == "problem":
        return details["msg"]
    return f"{name} {details['msg'][:1].lower()}{details['msg'][1:]}"


_RULES: dict[str, Callable[[dict[str, Any], Any], str]] = {
    "greater_than": lambda c, v: f"must be above {c['gt']:g}, not {v}",
    "greater_than_equal": lambda c, v: f"must be at least {c['ge']:g}, not {v}",
    "less_than": lambda c, v: f"must be below {c['lt']:g}, not {v}",
    "less_than_equal": lambda c, v: f"must be at most {c['le']:g}, not {v}",
    "string_unicode": lambda c, v: "holds characters that are not text",
    "string_too_short": lambda c, v: "must not be empty",
    "string_too_long": lambda c, v: f"must be at most {c['max_length']} characters long",
    "too_short": lambda c, v: f"needs at least {c['min_length']} value(s), not {c['actual_length']}",
    "too_long": lambda c, v: f"takes at most {c['max_length']} values, not {c['actual_length']}",
    "string_pattern_mismatch": lambda c, v: f"cannot be {_shown(v)}; {_pattern(c['pattern'])}",
}


def _pattern(pattern: str) -> str:
    if ":" in pattern:
        return "write module:function or path.py:function"
    if "a-f" in pattern:
        return "write the 64 hexadecimal digits of a SHA-256"
    return "use letters, digits, '_', '-' and '.', starting with a letter or digit"


def _free_keys(path: list[str | int], value: Any) -> list[str]:
    """The keys that the mapping at `path` may have and has not yet."""
    known = keys_at(tuple(path), value)
    for step in path:
        value = value[step]
    return [key for key in known if key not in value]


def _unknown_key(path: KeyPath, value: Any) -> str:
    *around, key = path
    known = _free_keys(around, value)
    close = nearest(key, known)
    if close is not None:
        return f"key '{key}' is not known here; did you mean '{close}'?"
    homes = homes_of(str(key))
    elsewhere = f"; it belongs in {' or '.join(homes)}" if homes else ""
    return f"key '{key}' is not known here{elsewhere}; known here: {', '.join(known) or 'no other key'}"


def _option(details: ErrorDetails, path: KeyPath) -> str:
    tags = details["type"] == "union_tag_invalid"
    context = details.get("ctx") or {}
    options = re.findall(r"'([^']*)'", str(context["expected_tags" if tags else "expected"]))
    options = options or [str(context["expected"])]
    given, name = (context["tag"], "'kind'") if tags else (details["input"], _name(path))
    if given is None:
        return f"{name} has no value; write one of {', '.join(options)}, or leave the key out"
    close = nearest(given, options)
    hint = f"; did you mean '{close}'?" if close else ""
    return f"{name} cannot be {_shown(given)}{hint} (one of {', '.join(options)})"


def _name(path: KeyPath) -> str:
    if not path:
        return "the description"
    if isinstance(path[-1], int):
        owner = next((str(step) for step in reversed(path) if isinstance(step, str)), "the list")
        return f"item {path[-1] + 1} of '{owner}'"
    return f"'{path[-1]}'"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "empty"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"
