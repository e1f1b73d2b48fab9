"""Vulnerabilities → trials: which attack answers which, at what access and budget; what cannot be tested, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bartizan.core import plugins
from bartizan.core.access import Budget
from bartizan.core.artifact import ArtifactKind
from bartizan.core.contracts import Attack, Proposal
from bartizan.core.plan import Plan, Untested
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.system import DataAsset, ModelAsset, System
from bartizan.core.threat import Vulnerability
from bartizan.core.trial import Kind, Subject, Trial
from bartizan.core.vocabulary import Capability
from bartizan.knowledge.base import KnowledgeBase

from .profile import profile
from .roles import used
from .table import table
from .ways import Way, ways

C = Capability
KINDS: tuple[tuple[Kind, str], ...] = (
    ("attack", "attacks"), ("hazard", "hazards"), ("scanner", "scanners"), ("certifier", "certifiers"),
)  # fmt: skip
RUNGS: dict[Effort, int] = {"quick": 1, "standard": 9, "deep": 9}


class Analysed(Protocol):
    """What the plan needs of an analysis."""

    @property
    def vulnerabilities(self) -> tuple[Vulnerability, ...]:
        """Worst first."""


def plan(
    system: System, analysis: Analysed, kb: KnowledgeBase, *, root: Path | None = None, effort: Effort = "quick"
) -> Plan:
    """Plan every trial that can answer a vulnerability, and say why for the rest. No model is opened.

    An attack is granted one alternative of what it needs that one adversary has, and nothing beyond: the first in the
    attack's own order, the best it can use; with more effort than `quick`, each rung of its ladder. Trials that
    would be the same are planned once. An attack version that runs at all first meets its own positive control.
    `root`: as for `profile`.
    """
    desk = _Desk(system, root, effort)
    for vulnerability in analysis.vulnerabilities:
        desk.answer(vulnerability)
    trials = desk.finish()
    techniques = tuple(dict.fromkeys(v.technique for v in analysis.vulnerabilities))
    profiles = tuple(profile(system, m.id, root=root) for m in system.assets.models)
    return Plan(
        effort=effort,
        trials=trials,
        untested=tuple(desk.untested),
        table=table(system, kb, techniques, profiles),
    )


@dataclass
class _Desk:
    """The plan in the making."""

    system: System
    root: Path | None
    effort: Effort
    trials: dict[str, Trial] = field(default_factory=dict)  # by what they are, whatever their name
    untested: list[Untested] = field(default_factory=list)
    waiting: list[tuple[Vulnerability, Attack, Trial]] = field(default_factory=list)

    def answer(self, vulnerability: Vulnerability) -> None:
        """Plan all trials that answer one vulnerability, or note why there are none."""
        fitting = [(kind, a) for kind, a in _attacks() if vulnerability.technique in a.spec.threats]
        if not fitting:
            self._give_up(
                vulnerability, None, f"no installed plugin tests {vulnerability.technique} ({vulnerability.title})"
            )
            return
        if self.system.model(vulnerability.asset).load is None:
            reason = f"the description does not say how to load the model '{vulnerability.asset}'"
            self._give_up(vulnerability, None, reason)
            return
        facts = profile(self.system, vulnerability.asset, root=self.root)
        for kind, attack in fitting:
            try:
                for trial in self._trials(vulnerability, kind, attack, facts):
                    self._add(vulnerability, attack, trial)
            except NotApplicable as error:
                self._give_up(vulnerability, attack.spec.id, str(error))

    def finish(self) -> tuple[Trial, ...]:
        """All trials, controls first; those that build on others' artifacts know which, or are given up."""
        for vulnerability, attack, trial in self.waiting:
            try:
                self._keep(vulnerability, self._building_on(trial, attack, vulnerability.asset))
            except NotApplicable as error:
                self._give_up(vulnerability, attack.spec.id, str(error))
        planned = _named_once(self.trials.values())
        return (*_controls(planned), *planned)

    def _trials(self, vulnerability: Vulnerability, kind: Kind, attack: Attack, facts: Profile) -> Iterator[Trial]:
        rungs = ways(vulnerability, kind, attack)
        if not rungs:
            raise NotApplicable(f"it needs {_wants(attack)}, and no adversary has that here")
        attack.check(facts)
        self._check_data(attack, self.system.model(vulnerability.asset))
        data = used(attack.spec.game, self.system, vulnerability.asset)
        for rung in rungs[: RUNGS[self.effort]]:
            for way in rung:
                within = {"access": way.access, "queries": way.budget.queries, "records": way.budget.records}
                label = ["" if rung is rungs[0] else way.name, "" if way is rung[0] else way.sources[0]]
                for proposal in attack.propose(facts.model_copy(update=within), self.effort):
                    trial = _trial(vulnerability, kind, attack, way, proposal, label)
                    yield trial.model_copy(update={"dataset": data})

    def _check_data(self, attack: Attack, model: ModelAsset) -> None:
        """Raise `NotApplicable` when the data or the file that the attack's game is played with is not described."""
        game = attack.spec.game
        if game == "files":
            if attack.spec.reads == "model" and (model.load is None or model.load.file is None):
                raise NotApplicable(f"the model '{model.id}' is described without a file to look into")
            return
        if not _loadable(self.system.test_data(model.id)):
            raise NotApplicable(f"the description gives no test data of '{model.id}' that can be loaded")
        if game != "probe" and not _loadable(self.system.training_data(model.id)):
            raise NotApplicable(f"the description gives no training data of '{model.id}' that can be loaded")

    def _add(self, vulnerability: Vulnerability, attack: Attack, trial: Trial) -> None:
        if attack.spec.uses:
            self.waiting.append((vulnerability, attack, trial))
        else:
            self._keep(vulnerability, trial)

    def _keep(self, vulnerability: Vulnerability, trial: Trial) -> None:
        same = trial.model_copy(update={"name": "", "answers": (), "sources": ()}).to_json()
        known = self.trials.get(same, trial)
        answers = tuple(dict.fromkeys((*known.answers, vulnerability.id)))
        sources = tuple(dict.fromkeys((*known.sources, *trial.sources)))
        self.trials[same] = known.model_copy(update={"answers": answers, "sources": sources})

    def _building_on(self, trial: Trial, attack: Attack, model: str) -> Trial:
        """The trial after those that make what it uses, and by whoever can do it all. Raises `NotApplicable`."""
        for kind in attack.spec.uses:
            maker = self._maker(kind, model, trial.sources)
            both = tuple(s for s in trial.sources if s in maker.sources)
            trial = trial.model_copy(update={"after": (*trial.after, maker.name), "sources": both})
        return trial

    def _maker(self, kind: ArtifactKind, model: str, sources: tuple[str, ...]) -> Trial:
        """The planned trial on the same model, by one of `sources`, that makes such an artifact with most queries."""
        found = [
            t for t in self.trials.values()
            if t.subject.id == model and plugins.attack(t.kind, t.plugin).spec.makes == kind
        ]  # fmt: skip
        made = f"it builds on a {kind.replace('_', ' ')}, and no"
        if not found:
            raise NotApplicable(f"{made} trial that can be run makes one")
        theirs = [t for t in found if set(t.sources) & set(sources) or not (t.sources and sources)]
        if not theirs:
            raise NotApplicable(f"{made} adversary that would use it can make one")
        return max(theirs, key=lambda t: (t.budget.queries or 0, t.name))

    def _give_up(self, vulnerability: Vulnerability, plugin: str | None, reason: str) -> None:
        self.untested.append(Untested(vulnerability=vulnerability.id, plugin=plugin, reason=reason))


def _attacks() -> Iterator[tuple[Kind, Attack]]:
    for kind, folder in KINDS:
        for id in sorted(plugins.plugins(folder)):
            yield kind, plugins.attack(kind, id)


def _loadable(data: DataAsset | None) -> bool:
    return data is not None and data.load is not None


def _wants(attack: Attack) -> str:
    words = {
        C.LABELS: "answers to queries", C.SCORES: "scores", C.LOGITS: "gradients", C.WEIGHTS: "the weights",
        C.EXPLANATIONS: "explanations", C.DATA_READ: "training data to read", C.DATA_WRITE: "training data to write",
        C.RECIPE: "the training recipe", C.FILES: "the files",
    }  # fmt: skip
    return ", or ".join(" and ".join(words[c] for c in need) or "nothing" for need in attack.spec.needs)


def _trial(
    vulnerability: Vulnerability, kind: Kind, attack: Attack, way: Way, proposal: Proposal, label: list[str]
) -> Trial:
    spec = attack.spec
    parts = [spec.id, vulnerability.id, _slug(proposal.label), *label]
    return Trial(
        name=":".join(part for part in parts if part),
        kind=kind,
        plugin=spec.id,
        version=spec.version,
        subject=Subject(kind="files" if spec.game == "files" else "target", id=vulnerability.asset),
        access=way.access,
        budget=_budget(way, proposal),
        params=attack.params.model_validate(proposal.params).model_dump(mode="json"),
        examples=proposal.examples,
        answers=(vulnerability.id,),
        sources=way.sources,
    )


def _budget(way: Way, proposal: Proposal) -> Budget:
    """What the attack asks for, within what the adversary has.

    The adversary's queries bound what it spends on one example, since a success on one is a success; a proposal
    that counts over all examples (an extraction) is bounded as a whole.
    """
    limit = way.budget.queries
    return Budget(
        queries_per_example=_least(proposal.queries_per_example, limit) if proposal.queries_per_example else None,
        queries=_least(proposal.queries, limit) if proposal.queries else None,
        records=way.budget.records,
        seconds=proposal.seconds,
    )


def _least(*values: int | None) -> int | None:
    return min((v for v in values if v is not None), default=None)


def _slug(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", label).strip("-")


def _named_once(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """The trials with a number behind every name that would be used again."""
    used: dict[str, int] = {}
    found: list[Trial] = []
    for trial in trials:
        used[trial.name] = used.get(trial.name, 0) + 1
        again = used[trial.name]
        found.append(trial if again == 1 else trial.model_copy(update={"name": f"{trial.name}:{again}"}))
    return tuple(found)


def _controls(trials: tuple[Trial, ...]) -> Iterator[Trial]:
    """One trial for each attack that runs: its own positive controls, which it must break before it may fail."""
    for kind, plugin in dict.fromkeys((t.kind, t.plugin) for t in trials):
        attack = plugins.attack(kind, plugin)
        if any(control.kind == "positive" for control in type(attack).controls()):
            yield Trial(
                name=f"control:{plugin}",
                kind=kind,
                plugin=plugin,
                version=attack.spec.version,
                subject=Subject(kind="control", id=plugin),
            )
