"""Reading the knowledge base: from its prebuilt form, fast, once a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bartizan.knowledge.base import KnowledgeBase

PREBUILT = Path(__file__).with_name("prebuilt.json")


@cache
def load() -> KnowledgeBase:
    """Return the knowledge base (the same object on every call).

    It is read from `prebuilt.json`, which `python -m bartizan.knowledge.build` makes from the YAML entries;
    a test keeps the two in step.
    """
    return KnowledgeBase.model_validate_json(PREBUILT.read_bytes())
