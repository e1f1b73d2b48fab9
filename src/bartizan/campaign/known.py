"""What a description names of the knowledge base and of the plugins must be there: techniques of risks and gates,
overridden entries, estimands, hazards of the operating domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bartizan.core import plugins
from bartizan.core.errors import DescriptionError, UsageError
from bartizan.core.suggest import did_you_mean
from bartizan.core.system import MeasureGate, System
from bartizan.formats.description import Description
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.override import Misfit, override

from .estimands import misjudged

Problem = tuple[tuple[str | int, ...], str]


def require_known(description: Description, kb: KnowledgeBase) -> None:
    """Raise `DescriptionError` with one sentence, and its place, for each thing named that there is not."""
    system = description.system
    found = (*_findings(system, kb), *_overrides(system, kb), *_estimands(system, kb), *_conditions(system))
    problems = [(description.positions.at(path), what) for path, what in found]
    if problems:
        problems.sort(key=lambda p: (p[0].line, p[0].column))
        raise DescriptionError([f"{place}: {what}" for place, what in problems])


def require_models(description: Description) -> None:
    """Raise `DescriptionError` when there is no model, so that nothing could be assessed."""
    if not description.system.assets.models:
        place = description.positions.at(("assets", "models"))
        raise DescriptionError([f"{place}: there is no model to assess; add one under assets.models"])


def untestable(system: System) -> Iterator[str]:
    """A sentence for each model of which nothing can be measured, since it or its data cannot be loaded."""
    for model in system.assets.models:
        data = [d for d in (system.training_data(model.id), system.test_data(model.id)) if d is not None and d.load]
        missing = f"model '{model.id}' has" if model.load is None else f"data of the model '{model.id}' have"
        if model.load is None or not data:
            yield f"the {missing} no 'load', so nothing about it is attacked: its findings stay untested"


def _findings(system: System, kb: KnowledgeBase) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        (("accepted", i, "finding"), risk.finding) for i, risk in enumerate(system.accepted)
    ]
    named += [(("gates", i, "finding"), gate.finding) for i, gate in enumerate(system.gates) if gate.finding]
    for path, finding in named:
        technique = finding.partition("@")[0]
        if technique not in kb.threats:
            yield path, f"there is no technique '{technique}'{_meant(technique, kb.threats)}"


def _meant(technique: str, known: Iterable[str]) -> str:
    """The techniques of the same letter: ids are too short to be told apart by their spelling."""
    close = [f"'{t}'" for t in known if t[:1] == technique[:1].upper()]
    return (
        f"; did you mean {' or '.join((', '.join(close[:-1]), close[-1]))}?"
        if close[1:]
        else did_you_mean(technique, known)
    )


def _overrides(system: System, kb: KnowledgeBase) -> Iterator[Problem]:
    for entry, change in system.overrides.items():
        try:
            override(kb, {entry: change})
        except UsageError as error:
            yield ("overrides", entry, *(error.keys if isinstance(error, Misfit) else ())), str(error)


def _estimands(system: System, kb: KnowledgeBase) -> Iterator[Problem]:
    for i, gate in enumerate(system.gates):
        wrong = misjudged(gate, kb) if isinstance(gate, MeasureGate) else None
        if wrong is not None:
            yield ("gates", i, wrong[0]), wrong[1]


def _conditions(system: System) -> Iterator[Problem]:
    hazards = plugins.plugins("hazards") if system.odd else {}
    known = [k for k, cls in hazards.items() if getattr(cls.spec, "harm", "") != "failure_beyond"]
    for name, condition in system.odd.items():
        if condition.kind not in known:
            yield ("odd", name, "kind"), f"no hazard is called '{condition.kind}'{did_you_mean(condition.kind, known)}"
