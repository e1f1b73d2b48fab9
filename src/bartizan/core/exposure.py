"""`Exposure`: one design choice of one asset, its level, the threats it raises, and why."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .vocabulary import Aspect, Level, Provenance


class Exposure(Frozen):
    """`id` is `CHOICE@ITEM` (e.g. `DC13@api`). `adjusted_by` names the interaction rules that changed it."""

    id: str
    choice: str
    title: str
    aspect: Aspect
    item: str
    field: str
    option: str
    level: Level
    effect: Literal["exposure", "impact", "likelihood"] = "exposure"
    threats: tuple[str, ...] = ()
    reason: str = ""
    provenance: Provenance = Provenance.JUDGED
    references: tuple[str, ...] = ()
    overridden: bool = False
    adjusted_by: tuple[str, ...] = ()
