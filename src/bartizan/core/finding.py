"""`Finding`: the judgement on a vulnerability. Its fields are stable names of `assessment.json`."""

from __future__ import annotations

from typing import Literal

from .base import Frozen
from .classwise import Classes, OperatingPoint
from .dose import Poison
from .leak import Membership, Theft
from .vocabulary import Level, ThreatClass, Verdict


class Rate(Frozen):
    """How often the adversary (or the hazard) has its way. High is bad, for every estimand used here.

    points: how many estimates (trials, doses, conditions) this one is the worst of. The interval is that of the largest
    rate among them: its lower end is taken at level 1 − 0.05/points, since the worst was picked after looking; its
    upper end is the highest of all.
    """

    estimand: str
    value: float
    low: float
    high: float
    n: int
    method: str
    points: int = 1


class Within(Frozen):
    """The share of all examples that fell within so many tries, with its interval."""

    tries: int
    share: float
    low: float
    high: float


class Tries(Frozen):
    """How many tries: None where the median lies beyond the budget (`censored_at`).

    within: the share broken within 10, 100, 1,000 and 10,000 tries, as far as the budget tells.
    first: tries to the first success over all examples, None where there was none.
    """

    unit: str
    median: float | None
    low: float | None
    high: float | None
    censored_at: float
    n: int
    within: tuple[Within, ...] = ()
    first: float | None = None


class Sensitivity(Frozen):
    """How small a change: quantiles over all examples; None where fewer than that share was reached."""

    unit: str
    q10: float | None
    q50: float | None
    q90: float | None
    n: int


class Rung(Frozen):
    """How much knowledge: the rate reached at one access, with its interval. access: a name of `Access`, or
    `labels_few`, `scores_few` (the same with the fewest queries of a curve), `transfer` (prepared on a copy),
    `label_write` (writing labels and nothing else), `recipe`
    (with models of one's own, trained by the model's recipe) or `adaptive` (knowledge of the defence: by gradients, or
    in models of one's own).

    queries: that it took, over all; of records told from outsiders, for each. None where no curve or budget says.
    """

    access: str
    rate: float
    low: float = 0.0
    high: float = 1.0
    queries: int | None = None


class Scope(Frozen):
    """What the verdict speaks of, and nothing beyond. conditions: of the operating domain, for a hazard."""

    attacks: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    budget: str = ""
    data: str = ""
    conditions: tuple[str, ...] = ()


class Certified(Frozen):
    """A proof beside the verdict: what object was certified, against what, and for which share of the examples."""

    object: str
    norm: str
    eps: float
    share: float
    low: float
    high: float
    n: int


class Measures(Frozen):
    """What was measured behind one rate, of the target as described or of a treated one.

    knowledge: from the least to the most. classes, operating_point: for evasion and hazards, of the examples and trials
    that the rate is of; None where no trial kept the answers, or the use case names no classes. membership, theft: what
    records and what copy were got. poison: by dose, of each attack that writes training data, the least one that
    reaches its goal for the least first. certified: what was proved beside it.
    """

    tries: Tries | None = None
    sensitivity: Sensitivity | None = None
    knowledge: tuple[Rung, ...] = ()
    classes: Classes | None = None
    operating_point: OperatingPoint | None = None
    membership: Membership | None = None
    theft: Theft | None = None
    poison: tuple[Poison, ...] = ()
    certified: tuple[Certified, ...] = ()


class Finding(Measures):
    """`id` is `THREAT@ASSET[/INTERFACE]`. `reason` says in one plain sentence why the verdict is what it is.

    p: the chance of so high a rate were the truth just the tolerance, adjusted for the points it was picked from.
    """

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
    evidence: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    accepted: str | None = None
    p: float | None = None
    holm: bool | None = None
    rank: int = 0
    rank_low: int = 0
    rank_high: int = 0
