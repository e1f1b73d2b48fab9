"""Parameters and distributions the way a person says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bartizan.report import wording
from bartizan.report.numbers import quantity


def parameters(values: Mapping[str, Any]) -> str:
    """`{"decimals": 1, "label_only": False}` → `decimals 1, not label only`; what is None is left out."""
    return ", ".join(_one(wording.plain(k), v) for k, v in sorted(values.items()) if v is not None)


def _one(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return name if value else f"not {name}"
    return f"{name} {quantity(value) if isinstance(value, int | float) else value}"


def distribution(stated: object) -> str:
    """A distribution of the operating domain in words; one that nobody stated is called assumed."""
    if isinstance(stated, str) and stated:
        return stated
    if isinstance(stated, Mapping):
        if stated.get("half_normal") is not None:
            return f"half-normal from the lower end, scale {quantity(stated['half_normal'])}"
        if stated.get("normal") is not None:
            mean, spread = stated["normal"]
            return f"normal, mean {quantity(mean)}, standard deviation {quantity(spread)}"
    return "uniform (assumed: nobody stated one)"
