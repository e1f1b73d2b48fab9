"""JSON beside a model: configurations of tokenizers and models, indexes. Data, but for what it makes a loader do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bartizan.formats.boosters import xgboost_file
from bartizan.formats.item import Item
from bartizan.formats.keras.config import config_reasons, is_model
from bartizan.formats.verdict import Reason

from . import loading
from .chat_template import TEMPLATES, template_reasons

_LIMIT = 128 << 20


def reasons(item: Item) -> Iterator[Reason]:
    """Why a loader should not be given this configuration."""
    raw = item.whole(_LIMIT)
    value = json.loads(raw)
    if isinstance(value, dict) and "learner" in value:  # however it is spelt, and wherever it stands
        yield from (Reason(rule, text, at, item.member) for rule, text, at in xgboost_file.wrong_with(raw))
    if is_model(value):
        yield from config_reasons(value, item.member)
    if item.suffix in TEMPLATES:
        yield from template_reasons(raw.decode("utf-8", "replace"))
    for r in dict.fromkeys((*_walk(value), *loading.reasons(value))):
        yield Reason(r.rule, r.text, r.offset, item.member)


def _walk(value: Any) -> Iterator[Reason]:
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, list):
            stack += [(key, v) for v in item]
        elif isinstance(item, dict):
            for name, inner in item.items():
                stack.append((key if key.endswith("template") else name, inner))
        elif isinstance(item, str) and (key.endswith("template") or ("{%" in item and "%}" in item)):
            yield from template_reasons(item)
