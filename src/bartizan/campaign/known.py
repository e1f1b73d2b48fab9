"""What a description names of the knowledge base must be there: techniques of risks and gates, overridden entries."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.core.errors import DescriptionError, UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.formats.description import Description
from bartizan.knowledge.base import KnowledgeBase


def require_known(description: Description, kb: KnowledgeBase) -> None:
    """Raise `DescriptionError` with one sentence, and its place, for each thing named that there is not."""
    problems = [f"{description.positions.at(path)}: {what}" for path, what in _unknown(description, kb)]
    if problems:
        raise DescriptionError(problems)


def _unknown(description: Description, kb: KnowledgeBase) -> Iterator[tuple[tuple[str | int, ...], str]]:
    system = description.system
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("accepted", i, "finding"), risk.finding) for i, risk in enumerate(system.accepted)
    ]
    named += [(("gates", i, "finding"), gate.finding) for i, gate in enumerate(system.gates) if gate.finding]
    for path, finding in named:
        technique = finding.partition("@")[0]
        if technique not in kb.threats:
            yield path, f"there is no technique '{technique}'{did_you_mean(technique, kb.threats)}"
    for entry in system.overrides:
        try:
            kb.get(entry)
        except UsageError as error:
            yield ("overrides", entry), str(error)
