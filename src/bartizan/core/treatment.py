"""`Treatment`: a defence chosen for findings, with what it gained, what it cost and what it made worse."""

from __future__ import annotations

from typing import Any, Literal

from .artifact import Measurement
from .base import Frozen
from .classwise import Paired
from .finding import Measures, Rate
from .vocabulary import EffectKind, Verdict


class Conflict(Frozen):
    """A warning from the knowledge base that applies here."""

    rule: str
    text: str
    with_: str = ""


class Retest(Frozen):
    """One finding before and after. `change` is better or worse only when the difference is clear for all together.

    measured: behind the rate after; what lies behind the rate before stands in the finding itself.
    paired: the same examples before and after, where they were kept; None where only the two rates can be compared.
    """

    finding: str
    verdict_before: Verdict
    verdict_after: Verdict
    before: Rate | None = None
    after: Rate | None = None
    measured: Measures = Measures()
    change: Literal["better", "worse", "same", "unclear", "untested"]
    paired: Paired | None = None
    evidence: tuple[str, ...] = ()


class Treatment(Frozen):
    """One defence. `status` recommended means chosen but not applied here; in place, does not fit and refuted (broken
    by later work) mean set aside. `reason` says why."""

    id: str
    defence: str
    plugin: str | None = None
    title: str
    effects: tuple[EffectKind, ...] = ()
    status: Literal["applied", "recommended", "in_place", "does_not_fit", "refuted", "failed"]
    reason: str = ""
    for_findings: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    params: dict[str, Any] = {}
    evidence: tuple[str, ...] = ()
    costs: tuple[Measurement, ...] = ()
    retests: tuple[Retest, ...] = ()
