"""Plan → evidence. Runs what is not in the store yet, in the order its dependencies allow, and stores every result.

The same command again continues: measured trials are never repeated, trials that ended in an error are tried again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from bartizan.core import plugins
from bartizan.core.artifact import Artifact, Cost
from bartizan.core.contracts import DefenseSpec
from bartizan.core.evidence import Evidence
from bartizan.core.system import DataAsset
from bartizan.core.trial import Trial
from bartizan.core.vocabulary import Outcome
from bartizan.formats.description import Description
from bartizan.provenance.files import files_about, state
from bartizan.store.record import Unfit
from bartizan.store.store import Store

from . import keys
from .data_digest import data_digest
from .executor import Executor
from .profile import positive_classes
from .subjects import model_digest
from .work import Job, Laid, Result

_COSTS = ("costs", 1)  # the referee of defences: what they take from the target


class Progress(Protocol):
    """Told how the campaign goes; the shells draw it."""

    def started(self, total: int) -> None:
        """`total` trials are to be done."""

    def finished(self, trial: Trial, evidence: Evidence, cached: bool) -> None:
        """One more is done, or was found in the store."""


class Silent:
    """Progress that nobody watches."""

    def started(self, total: int) -> None:
        """Nothing."""

    def finished(self, trial: Trial, evidence: Evidence, cached: bool) -> None:
        """Nothing."""


@dataclass
class Campaign:
    """All that runs on one description share: store, executor, keys worked out once."""

    description: Description
    store: Store
    executor: Executor
    progress: Progress = field(default_factory=Silent)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    _trials: dict[str, Trial] = field(default_factory=dict)
    _twins: dict[str, list[Trial]] = field(default_factory=dict)  # by evidence key: the same work under other names
    _spent: dict[str, Cost] = field(default_factory=dict)  # by trial: the cost of an artifact that was there already
    _digests: dict[str, str] = field(default_factory=dict)

    def run(self, trials: Iterable[Trial]) -> dict[str, Evidence]:
        """Evidence of every trial by its name, those of earlier calls included."""
        waiting = {t.name: t for t in trials if t.name not in self.evidence}
        self._trials.update(waiting)
        self.progress.started(len(waiting))
        running: set[str] = set()
        while waiting or running:
            for trial in sorted((t for t in waiting.values() if self._ready(t)), key=_longest_first):
                del waiting[trial.name]
                if self._start(trial):
                    running.add(trial.name)
            if not running:
                self._unreachable(waiting)
                continue
            for name, result in self.executor.finished():
                running.discard(name)
                self._keep(self._trials[name], result)
        return self.in_order()

    def in_order(self) -> dict[str, Evidence]:
        """The evidence in the order of the plans: in which order trials finished must not show in any result."""
        return {name: self.evidence[name] for name in self._trials if name in self.evidence}

    def untried(self, trials: Iterable[Trial]) -> list[str]:
        """Ids of the models on which a trial that needs no other is not in the store yet, in the order of the plan."""
        alone = [t for t in trials if t.subject.kind == "target" and not self._builds_on(t)]
        return list(dict.fromkeys(t.subject.id for t in alone if not self.store.has(self._keys(t)[1])))

    def _ready(self, trial: Trial) -> bool:
        return all(name in self.evidence for name in self._builds_on(trial))

    @staticmethod
    def _builds_on(trial: Trial) -> tuple[str, ...]:
        return (*trial.after, *trial.subject.treatments)

    def _start(self, trial: Trial) -> bool:
        """Answer from the store, give up, or hand the trial to the executor (True)."""
        missing = [n for n in self._builds_on(trial) if self.evidence[n].outcome is not Outcome.MEASURED]
        if missing:
            self._finish(
                trial, self._record(trial, Result(Outcome.SKIPPED, f"needs {missing[0]}, which failed")), False
            )
            return False
        artifact_key, evidence_key = self._keys(trial)
        known = self.store.evidence(evidence_key)
        if known is not None and known.outcome not in (Outcome.ERROR, Outcome.SKIPPED):
            self._finish(trial, known.model_copy(update={"trial": trial}), True)
            return False
        if evidence_key in self._twins:
            self._twins[evidence_key].append(trial)
            return False
        self._twins[evidence_key] = []
        self.executor.submit(trial.name, self._job(trial, artifact_key), trial.budget.seconds)
        return True

    def _unreachable(self, waiting: dict[str, Trial]) -> None:
        """Trials that wait for something nobody plans, or for each other: a fault of the plan, said as evidence."""
        stuck = {
            name: next(n for n in self._builds_on(t) if n not in self.evidence)
            for name, t in waiting.items()
            if not self._ready(t)
        }
        lost = {name: f"needs {n}, which is not planned" for name, n in stuck.items() if n not in waiting}
        if not lost and len(stuck) == len(waiting):
            lost = {name: f"needs {n}, and they wait for each other" for name, n in stuck.items()}
        for name, reason in lost.items():
            trial = waiting.pop(name)
            self._finish(trial, self._record(trial, Result(Outcome.SKIPPED, reason), keyless=True), False)

    def _job(self, trial: Trial, artifact_key: str) -> Job:
        kept = self.store.artifact(artifact_key)
        if kept is not None:
            self._spent[trial.name] = Cost.model_validate(kept[1].get("cost", {}))
        return Job(
            trial=trial,
            description=str(self.description.path),
            laid=tuple(self._laid(name) for name in trial.subject.treatments),
            artifacts={name: self._artifact(name) for name in trial.after},
            artifact=kept[0] if kept else None,
            spent=self._spent.get(trial.name, Cost()),
            paths=self._paths(trial),
        )

    def _laid(self, name: str) -> Laid:
        trial = self._trials[name]
        artifact = self._artifact(name)
        return Laid(trial.plugin, trial.params, trial.seed, self.evidence[name].artifact, artifact.arrays)

    def _artifact(self, name: str) -> Artifact:
        kept = self.store.artifact(self.evidence[name].artifact)
        return kept[0] if kept else Artifact("parameters")

    def _paths(self, trial: Trial) -> tuple[str, ...]:
        if trial.subject.kind != "files":
            return ()
        if _reads_description(trial):
            files = files_about(self.description, trial.subject.id)
            return (str(self.description.path), *(str(f.path) for f in files))
        asset = self.description.system.model(trial.subject.id)
        if asset.load is None or asset.load.file is None:
            return ()
        return (str(self.description.resolve(asset.load.file)),)

    def _keep(self, trial: Trial, result: Result) -> None:
        if trial.name in self._spent:
            result = replace(result, artifact=None, cost=self._spent.pop(trial.name))
        try:
            evidence = self._put(trial, result)
        except Unfit as error:
            reason = f"what it made cannot be stored: {error}"
            evidence = self._put(trial, Result(Outcome.ERROR, reason, clock=result.clock))
        self._finish(trial, evidence, False)
        for twin in self._twins.pop(evidence.id, []):
            self._finish(twin, evidence.model_copy(update={"trial": twin}), True)

    def _put(self, trial: Trial, result: Result) -> Evidence:
        evidence = self._record(trial, result)
        if result.artifact is not None:
            body = {"cost": result.cost.model_dump(), "plugin": trial.plugin}
            self.store.put_artifact(evidence.artifact, result.artifact, body, result.clock)
        self.store.put_evidence(evidence, result.measured.arrays, result.clock)
        return evidence

    def _record(self, trial: Trial, result: Result, *, keyless: bool = False) -> Evidence:
        artifact, key = ("", f"skipped-{trial.name}") if keyless else self._keys(trial)
        referee, version = self._referee(trial)
        return Evidence(
            id=key,
            artifact=artifact,
            trial=trial,
            outcome=result.outcome,
            reason=result.reason,
            measurements=result.measured.measurements,
            flags=result.measured.flags,
            cost=result.cost,
            referee=f"{referee}/{version}",
            arrays=tuple(sorted(result.measured.arrays)),
            tries_unit=result.measured.tries_unit,
            size_unit=result.measured.size_unit,
            subject_digest=self._subject(trial),
            data_digest=self._data(trial),
            environment=self._environment,
        )

    def _finish(self, trial: Trial, evidence: Evidence, cached: bool) -> None:
        self.evidence[trial.name] = evidence
        self.progress.finished(trial, evidence, cached)

    def _keys(self, trial: Trial) -> tuple[str, str]:
        earlier = [self.evidence[n].artifact for n in trial.after if n in self.evidence]
        artifact = keys.artifact_key(
            trial, subject=self._subject(trial), data=self._data(trial), earlier=earlier, environment=self._environment
        )
        return artifact, keys.measurement_key(artifact, *self._referee(trial), asked=self._asked(trial))

    def _asked(self, trial: Trial) -> tuple[int, ...]:
        """The classes whose precision and recall the costs of a defence are measured by."""
        system = self.description.system
        return positive_classes(system, system.model(trial.subject.id)) if trial.kind == "defense" else ()

    @staticmethod
    def _referee(trial: Trial) -> tuple[str, int]:
        if trial.kind == "defense":
            return _COSTS
        spec = plugins.referee(plugins.attack(trial.kind, trial.plugin).spec.family).spec
        return spec.id, spec.version

    def _subject(self, trial: Trial) -> str:
        if trial.subject.kind == "control":
            return "control"
        kind = "description" if _reads_description(trial) else "model"
        base = self._digest(f"{kind}:{trial.subject.id}")
        return keys.subject_key(base, [self.evidence[n].artifact for n in trial.subject.treatments if self._alters(n)])

    def _alters(self, defence: str) -> bool:
        """Whether a treatment changes answers. One that limits their number shows in the trial's budget, and a trial
        within the limit is the same as without it."""
        spec = plugins.find("defenses", self._trials[defence].plugin).spec
        return not (isinstance(spec, DefenseSpec) and spec.limits_only)

    def _data(self, trial: Trial) -> str:
        if trial.subject.kind in ("control", "files"):
            return "none"
        system, model = self.description.system, trial.subject.id
        both = (system.training_data(model), system.test_data(model))
        return "/".join(self._digest(f"data:{d.id}") if d and d.load else "none" for d in both)

    def _digest(self, what: str) -> str:
        if what not in self._digests:
            self._digests[what] = self._work_out(*what.split(":", 1))
        return self._digests[what]

    def _work_out(self, kind: str, asset: str) -> str:
        system = self.description.system
        if kind == "description":
            return state(self.description, asset)
        if kind == "model":
            return model_digest(system.model(asset), self.description.folder)
        data = system.asset(asset)
        assert isinstance(data, DataAsset)
        return data_digest(self.description, data)

    @cached_property
    def _environment(self) -> dict[str, str]:
        return keys.environment()


def _longest_first(trial: Trial) -> float:
    """Defences, which others wait for, then what trains most models: lest the longest trial be left to run alone at the
    end. The order of equals is that of the plan; no result depends on it."""
    if trial.kind == "defense":
        return -float("inf")
    return -float(plugins.attack(trial.kind, trial.plugin).spec.retrainings)


def clock_of(store: Store, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """The clock readings of the evidence, by its id."""
    return {e.id: store.clock(e.id) for e in evidence}


def _reads_description(trial: Trial) -> bool:
    """Whether the trial is handed the description with all it names instead of the model's own file."""
    if trial.subject.kind != "files" or trial.kind == "defense":
        return False
    return plugins.attack(trial.kind, trial.plugin).spec.reads == "description"
