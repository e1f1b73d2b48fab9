"""`Threat` (a technique by a source against an asset) and `Vulnerability` (threat ∩ exposure)."""

from __future__ import annotations

from typing import Literal

from .access import Access, Budget
from .base import Frozen
from .vocabulary import Level, Objective, Stage, ThreatClass


class Threat(Frozen):
    """`id` is `TECHNIQUE@ASSET[/INTERFACE]:SOURCE`."""

    id: str
    technique: str
    threat_class: ThreatClass
    source: str
    source_kind: Literal["adversary", "hazard"]
    asset: str
    interface: str | None = None
    access: Access = Access()
    budget: Budget = Budget()
    objective: Objective
    planted: tuple[Stage, ...] = ()
    effective: tuple[Stage, ...] = ()
    reason: str = ""


class Means(Frozen):
    """What one adversary brings to a technique; `sources` are several where they bring exactly the same."""

    sources: tuple[str, ...]
    access: Access = Access()
    budget: Budget = Budget()


class Vulnerability(Frozen):
    """A threat whose preconditions the exposures meet. `id` is that of its finding: `E2@classifier/api`.

    means: what each of its sources has, never what they would have together. `rank` 1 is the worst; rank_low and
    rank_high bound the rank when every `judged` level moves by one.
    """

    id: str
    technique: str
    title: str
    threat_class: ThreatClass
    asset: str
    interface: str | None = None
    sources: tuple[str, ...]
    source_kind: Literal["adversary", "hazard"]
    exposures: tuple[str, ...]
    exposure: Level
    maturity: str
    means: tuple[Means, ...] = ()
    objective: Objective
    likelihood: Level
    impact: Level
    planted: tuple[Stage, ...] = ()
    effective: tuple[Stage, ...] = ()
    rules: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    rank: int = 0
    rank_low: int = 0
    rank_high: int = 0
