"""What gradients, models and answers give away of the data besides membership, and what defences do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .defended import defences
from .gradients import gradients
from .inferences import attributes, properties
from .pictures import drawings
from .rows import record

Rows = Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]


def run(*, runs: int = 40, only: str = "", **other_jobs: Any) -> None:
    """One row a setting; `runs` (at least 1) says over how many seeds, tens of records or models."""
    for rows in (gradients, drawings, attributes, properties, defences):
        for key, measure in rows():
            if only in key["name"]:
                record("leaks", key, measure(runs))
