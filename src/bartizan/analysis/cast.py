"""Who plays: the adversaries of the description, or the default cast of the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass

from bartizan.core.system import Adversary, System
from bartizan.core.vocabulary import Objective, Stage
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import AdversaryProfile

WORST_CASE = "insider"


@dataclass(frozen=True)
class Player:
    """One adversary. `techniques` None: any that its reach allows. A limit of None: none is known.

    profile or described: where it comes from, exactly one of the two.
    """

    id: str
    goal: Objective
    queries: int | None
    records: int | None
    days: float | None
    benefit_eur: float | None
    stages: frozenset[Stage]
    techniques: frozenset[str] | None = None
    profile: AdversaryProfile | None = None
    described: Adversary | None = None

    def tries(self, technique: str) -> bool:
        """Whether it is cast for `technique`."""
        return self.techniques is None or technique in self.techniques


def players(system: System, kb: KnowledgeBase) -> tuple[Player, ...]:
    """The adversaries that play against `system`.

    Described ones replace the default cast. One of it stays on for white-box evasion (E1) only: the worst case is
    always looked at, because weights leak and every other evasion is measured against it.
    """
    if not system.adversaries:
        return tuple(_default(profile, frozenset(profile.threats)) for profile in kb.adversaries.values())
    described = tuple(_described(adversary) for adversary in system.adversaries)
    taken = {player.id for player in described}
    worst = [p for p in kb.adversaries.values() if p.id == WORST_CASE and p.id not in taken]
    return (*described, *(_default(profile, frozenset({"E1"})) for profile in worst))


def _default(profile: AdversaryProfile, techniques: frozenset[str]) -> Player:
    return Player(
        id=profile.id,
        goal=profile.goal,
        queries=profile.budget.queries,
        records=profile.budget.records,
        days=profile.budget.days,
        benefit_eur=profile.benefit_eur,
        stages=frozenset(profile.stages),
        techniques=techniques,
        profile=profile,
    )


def _described(adversary: Adversary) -> Player:
    return Player(
        id=adversary.id,
        goal=adversary.goal,
        queries=adversary.budget.queries,
        records=adversary.budget.records,
        days=adversary.budget.days,
        benefit_eur=adversary.benefit_eur,
        stages=frozenset(Stage if adversary.stages is None else adversary.stages),
        described=adversary,
    )
