"""A table of texts, for pages that draw and for formats that cannot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """As many cells in each row as in `head`. notes: sentences below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Got:
    """What an attack got: the answer in sentences, the numbers in a table."""

    question: str
    says: tuple[str, ...]
    table: Table
