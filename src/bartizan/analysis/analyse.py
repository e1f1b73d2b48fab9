"""The analysis in one call."""

from __future__ import annotations

from dataclasses import dataclass

from bartizan.core.exposure import Exposure
from bartizan.core.system import System
from bartizan.core.threat import Threat, Vulnerability
from bartizan.core.vocabulary import Stage
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.override import override

from .exposure import exposures
from .interaction import interact
from .threats import candidates
from .vulnerabilities import vulnerabilities


@dataclass(frozen=True)
class Analysis:
    """Exposures after interaction, every threat, and vulnerabilities, worst first."""

    exposures: tuple[Exposure, ...]
    threats: tuple[Threat, ...]
    vulnerabilities: tuple[Vulnerability, ...]


def analyse(system: System, kb: KnowledgeBase, *, stage: Stage | None = None) -> Analysis:
    """Analyse `system` as it is described, with its overrides of the knowledge base applied.

    stage: only what is planted or takes effect in that stage, seen with what is open to whom then; None: the whole
    life cycle. Raises `UsageError` when an override names something that does not exist.
    """
    own = override(kb, system.overrides)
    interaction = interact(system, exposures(system, kb), stage)
    found = candidates(interaction, own, stage)
    return Analysis(
        exposures=interaction.facts.exposures,
        threats=tuple(c.threat for c in found),
        vulnerabilities=vulnerabilities(found, interaction, own),
    )
