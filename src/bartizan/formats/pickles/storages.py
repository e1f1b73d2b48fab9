"""Storages that older torch lays behind the pickle: how many bytes each takes, by what the pickle names."""

from __future__ import annotations

from .values import Box, Look

_WIDTHS = {"Double": 8, "Long": 8, "Float": 4, "Int": 4, "Half": 2, "BFloat16": 2, "Short": 2, "ComplexFloat": 8}
_WIDTHS |= {"ComplexDouble": 16, "QInt32": 4}


def storages(persistent: list[object]) -> dict[str, int]:
    """Key to bytes of each storage that the pickle names."""
    found: dict[str, int] = {}
    for key in persistent:
        items = key.items if isinstance(key, Box) else []
        if len(items) >= 5 and items[0] == "storage" and isinstance(items[1], Look) and isinstance(items[4], int):
            kind = items[1].name.removesuffix("Storage")
            found[str(items[2])] = items[4] * _WIDTHS.get(kind, 1)
    return found
