"""Life-cycle stages with their crosswalk, and the stages × threats table of methods."""

from __future__ import annotations

from typing import Literal

from bartizan.core.base import Frozen
from bartizan.core.vocabulary import EffectKind, Provenance, Stage, ThreatClass
from bartizan.knowledge.schema.common import Entry


class StageEntry(Entry):
    """One of the nine stages (its id is the `Stage` value) and what other frameworks call it.

    `provenance` speaks of the crosswalk but for the column `etsi`, which has its own.
    """

    name: str
    gate: bool
    summary: str
    asks: str
    enisa: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    aidefend: tuple[str, ...] = ()
    nist: tuple[str, ...] = ()
    aic4: tuple[str, ...] = ()
    etsi: tuple[str, ...] = ()
    etsi_provenance: Provenance = Provenance.JUDGED


class MethodEntry(Frozen):
    """One method in a cell; `defence` is its catalogue entry where there is one."""

    text: str
    effects: tuple[EffectKind, ...]
    defence: str | None = None


class MethodCell(Entry):
    """What to do about one threat class in one stage. Its id is `STAGE/CLASS`."""

    stage: Stage
    threat_class: ThreatClass | Literal["all"]
    methods: tuple[MethodEntry, ...]
