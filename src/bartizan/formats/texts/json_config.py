"""JSON beside a model: configurations of tokenizers and models, indexes. Data, but for what it makes a loader do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bartizan.formats.item import Item
from bartizan.formats.keras.config import config_reasons, is_model
from bartizan.formats.printable import printable
from bartizan.formats.verdict import Reason

from .chat_template import template_reasons

_LIMIT = 128 << 20
_REMOTE = ("auto_map", "custom_pipelines", "trust_remote_code", "_target_")


def reasons(item: Item) -> Iterator[Reason]:
    """Why a loader should not be given this configuration."""
    value = json.loads(item.whole(_LIMIT))
    if is_model(value):
        yield from config_reasons(value, item.member)
    for r in dict.fromkeys(_walk(value)):
        yield Reason(r.rule, r.text, r.offset, item.member)


def _walk(value: Any) -> Iterator[Reason]:
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, list):
            stack += [(key, v) for v in item]
        elif isinstance(item, dict):
            for name, inner in item.items():
                if name in _REMOTE and inner:
                    yield Reason("remote-code", f"it has a loader import code of its own ({name}: {_shown(inner)})")
                stack.append((key if key == "chat_template" else name, inner))
        elif isinstance(item, str) and (key == "chat_template" or ("{%" in item and "%}" in item)):
            yield from template_reasons(item)


def _shown(value: Any) -> str:
    first = next(iter(value.values()), "") if isinstance(value, dict) else value
    return printable(str(first))
