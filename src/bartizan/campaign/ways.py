"""What an attack is granted against a vulnerability: the means of one adversary, never of several together."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from bartizan.core.access import Access, Budget, Output
from bartizan.core.contracts import Attack
from bartizan.core.threat import Means, Vulnerability
from bartizan.core.trial import Kind
from bartizan.core.vocabulary import Capability as C

OWN: tuple[Kind, ...] = ("hazard", "scanner", "certifier")  # done by the owner, not through an adversary's access
WHITE_BOX = (C.LOGITS, C.WEIGHTS)
ASKED = (C.LABELS, C.SCORES)


@dataclass(frozen=True)
class Way:
    """One access with the budget that the adversary who has it has, and who that is."""

    access: Access
    budget: Budget = field(default_factory=Budget)
    sources: tuple[str, ...] = ()

    @property
    def strength(self) -> tuple[tuple[int, int, int], float, float]:
        """What it is told, how often it may ask, how much it may write: each more is stronger."""
        return self.access.output.telling, _many(self.budget.queries), _many(self.budget.records)

    @property
    def name(self) -> str:
        """The rung. Whoever writes records and knows the recipe prepares them better than who does not."""
        return "recipe" if self.access.allows(C.RECIPE, C.DATA_WRITE) else self.access.name

    def weaker(self, other: Way) -> bool:
        """Whether `other` has all that this one has, and more of something."""
        pairs = list(zip(self.strength, other.strength, strict=True))
        return all(a <= b for a, b in pairs) and self.strength != other.strength  # type: ignore[operator]


def ways(vulnerability: Vulnerability, kind: Kind, attack: Attack) -> list[list[Way]]:
    """For each rung the attack can stand on here, in its own order of preference, the strongest single adversary.

    Several where none has all that the others have: one with more queries, one that may write more records.
    """
    rungs: dict[str, list[Way]] = {}
    for need in attack.spec.needs or ((),):
        found = [Way(Access(capabilities=need))] if kind in OWN else _by_adversaries(vulnerability, need)
        if found:
            inside = any(c in WHITE_BOX for c in need)
            rungs.setdefault("inside" if inside else found[0].name, found)
    return list(rungs.values())


def _by_adversaries(vulnerability: Vulnerability, need: tuple[C, ...]) -> list[Way]:
    able = [_way(vulnerability, m, need) for m in vulnerability.means if m.access.allows(*need)]
    strongest = [w for w in able if not any(w.weaker(other) for other in able)]
    alike: dict[tuple[object, ...], Way] = {}
    for way in strongest:
        known = alike.get(way.strength)
        alike[way.strength] = replace(known, sources=(*known.sources, *way.sources)) if known else way
    return list(alike.values())


def _way(vulnerability: Vulnerability, means: Means, need: tuple[C, ...]) -> Way:
    """The means cut down to what `need` uses. Who holds the weights asks nobody, so no interface counts its queries."""
    inside = any(c in WHITE_BOX for c in need)
    asks, writes = not inside and any(c in ASKED for c in need), C.DATA_WRITE in need
    access = Access(
        capabilities=need,
        interface=None if inside else vulnerability.interface,
        output=means.access.output if asks else Output(),
    )
    counted = asks and C.WEIGHTS not in means.access.capabilities
    budget = Budget(queries=means.budget.queries if counted else None, records=means.budget.records if writes else None)
    return Way(access, budget, means.sources)


def _many(limit: int | None) -> float:
    return math.inf if limit is None else float(limit)
