"""`Finding`: the judgement on a vulnerability. Its fields are stable names of `assessment.json`."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .vocabulary import Level, ThreatClass, Verdict


class Rate(Frozen):
    """How often the adversary (or the hazard) has its way. High is bad, for every estimand used here."""

    estimand: str
    value: float
    low: float
    high: float
    n: int
    method: str


class Tries(Frozen):
    """How many tries: None where the median lies beyond the budget (`censored_at`)."""

    unit: str
    median: float | None
    low: float | None
    high: float | None
    censored_at: float
    n: int


class Sensitivity(Frozen):
    """How small a change: quantiles over all examples; None where fewer than that share was reached."""

    unit: str
    q10: float | None
    q50: float | None
    q90: float | None
    n: int


class Rung(Frozen):
    """How much knowledge: the rate reached at one access, with its interval."""

    access: str
    rate: float
    low: float = 0.0
    high: float = 1.0


class Scope(Frozen):
    """What the verdict speaks of, and nothing beyond."""

    attacks: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    budget: str = ""
    data: str = ""


class Certified(Frozen):
    """A proof beside the verdict: what object was certified, against what, and for which share of the examples."""

    object: str
    norm: str
    eps: float
    share: float
    low: float
    high: float
    n: int


class Finding(Frozen):
    """`id` is `THREAT@ASSET[/INTERFACE]`. `reason` says in one plain sentence why the verdict is what it is."""

    id: str
    title: str
    technique: str
    threat_class: ThreatClass
    asset: str
    interface: str | None = None
    verdict: Verdict
    reason: str
    tolerance: float
    tolerance_from: str = ""
    scope: Scope = Scope()
    severity: Literal["low", "medium", "high", "critical"]
    confidence: Level
    rate: Rate | None = None
    tries: Tries | None = None
    sensitivity: Sensitivity | None = None
    knowledge: tuple[Rung, ...] = ()
    certified: tuple[Certified, ...] = ()
    evidence: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    accepted: str | None = None
    holm: bool | None = None
    rank: int = 0
    rank_low: int = 0
    rank_high: int = 0
