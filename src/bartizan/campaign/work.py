"""What one worker process does: open the subject, attack it through a view, let the referee measure.

Everything here runs away from the parent, which alone writes to the store. A worker sets one thread and ends
when its parent does.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core import plugins
from bartizan.core.artifact import Artifact, Cost, Measured, Measurement, Watched
from bartizan.core.contracts import Attack, Control, Defense
from bartizan.core.data import Data, Roles
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import NotApplicable
from bartizan.core.target import Target
from bartizan.core.trial import Trial
from bartizan.core.view import View, grant
from bartizan.core.vocabulary import Outcome
from bartizan.formats.description import read_system

from . import cost, roles
from .memory import Memory
from .opening import open_model
from .profile import positive_classes
from .subjects import sentence
from .threads import one_thread

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Laid:
    """A defence laid over a target: which, with what, from which artifact."""

    plugin: str
    params: dict[str, Any]
    seed: int
    key: str
    arrays: Arrays


@dataclass(frozen=True)
class Job:
    """A trial with all it needs. `description` is the path of the description; models are opened in the worker.

    artifact, spent: what an earlier run of the attack made, and what that cost it.
    """

    trial: Trial
    description: str
    laid: tuple[Laid, ...] = ()
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    artifact: Artifact | None = None
    spent: Cost = field(default_factory=Cost)
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What came of it. `artifact` is None unless the attack ran through."""

    outcome: Outcome
    reason: str = ""
    artifact: Artifact | None = None
    measured: Measured = field(default_factory=lambda: Measured(()))
    cost: Cost = field(default_factory=Cost)
    clock: dict[str, Any] = field(default_factory=dict)


def prepare() -> None:
    """Set up a fresh worker: one thread, deterministic kernels, and a watch on the parent."""
    one_thread()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def execute(job: Job) -> Result:
    """Run one trial. Never raises for what a trial may do wrong: that is evidence, too."""
    start, cpu, memory = time.perf_counter(), time.process_time(), Memory()
    try:
        result = _run(job)
    except NotApplicable as error:
        result = Result(Outcome.NOT_APPLICABLE, str(error))
    except BudgetSpent as error:
        result = Result(Outcome.BUDGET_SPENT, str(error))
    except Exception as error:
        result = Result(Outcome.ERROR, sentence(error))
    clock = {
        **memory.readings(),
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        **result.clock,
    }
    return replace(result, clock=clock)


def _run(job: Job) -> Result:
    _one_thread(job)
    if job.trial.kind == "defense":
        return _defend(job)
    if job.trial.subject.kind == "control":
        return _control(job)
    attack = plugins.attack(job.trial.kind, job.trial.plugin)
    scene = _scene(job, attack)
    return _attack_and_measure(job, attack, *scene)


def _attack_and_measure(job: Job, attack: Attack, target: Target | None, dealt: Roles) -> Result:
    trial = job.trial
    _has_gradients(attack, target)
    params = attack.params.model_validate(trial.params)
    spent = job.spent
    clock: dict[str, Any] = {}
    if job.artifact is not None:
        artifact = _watched_before(job.artifact, job, attack)
    else:
        view = grant(target, trial.access, trial.budget, dealt, artifacts=job.artifacts, paths=job.paths)
        began = time.process_time()
        artifact = attack.run(view, params=params, seed=trial.seed)
        clock["attack_cpu_seconds"] = time.process_time() - began
        spent = view.meter.cost()
        artifact = _watched(artifact, view, attack)
        _within_records(artifact, trial)
    made = Result(Outcome.MEASURED, artifact=artifact, cost=spent, clock=clock)
    referee = plugins.referee(attack.spec.family)
    try:
        return replace(made, measured=referee.measure(target, dealt, artifact, params=params, seed=trial.seed))
    except NotApplicable:
        raise
    except Exception as error:  # what the attack made is kept, so that measuring again does not attack again
        return replace(made, outcome=Outcome.ERROR, reason=f"what it made could not be measured: {sentence(error)}")


def _has_gradients(attack: Attack, target: Target | None) -> None:
    """What a file promises by its operators, opening it may not keep. Raises `NotApplicable`."""
    if target is not None and attack.spec.differentiable and not target.info.differentiable:
        why = getattr(target, "remark", "") or "opened, the model has no gradients"
        raise NotApplicable(f"{attack.spec.title} needs gradients; {why}")


def _watched(artifact: Artifact, view: View, attack: Attack) -> Artifact:
    """Adds what the view counted and granted, so that the referee can hold the attack's word against it."""
    arrays = {**artifact.arrays, "metered": view.meter.per_example}
    return replace(artifact, arrays=arrays, watched=view.watched(baseline=attack.spec.baseline))


def _watched_before(artifact: Artifact, job: Job, attack: Attack) -> Artifact:
    """The same for an artifact of an earlier run: what was granted is in the trial, what was counted was kept."""
    metered = artifact.arrays.get("metered")
    seen = Watched(
        access=job.trial.access,
        budget=job.trial.budget,
        baseline=attack.spec.baseline,
        paths=job.paths,
        metered=None if metered is None else np.asarray(metered, np.int64),
        queries=job.spent.queries,
    )
    return replace(artifact, watched=seen)


def _within_records(artifact: Artifact, trial: Trial) -> None:
    """No view sees which records an attack would alter; what it hands over shows it. Raises `BudgetSpent`."""
    limit, altered = trial.budget.records, len(artifact.arrays.get("index", ()))
    if limit is not None and altered > limit:
        raise BudgetSpent(f"it alters {altered} training records where the adversary may write {limit}")


def _control(job: Job) -> Result:
    """The attack's own positive controls, all of which it must break."""
    attack = plugins.attack(job.trial.kind, job.trial.plugin)
    found = [_one_control(attack, c, job.trial.seed) for c in attack.controls() if c.kind == "positive"]
    if not found:
        return Result(Outcome.NOT_APPLICABLE, f"{attack.spec.title} has no positive control")
    measurements = tuple(m for one in found for m in one.measurements)
    return Result(Outcome.MEASURED, artifact=Artifact("bounds"), measured=Measured(measurements))


def _one_control(attack: Attack, control: Control, seed: int) -> Measured:
    dealt, target = control.roles(), control.target()
    view = grant(target, control.access, control.budget, dealt, artifacts=control.artifacts(), paths=control.paths())
    params = attack.params.model_validate(control.params)
    artifact = _watched(attack.run(view, params=params, seed=seed), view, attack)
    measured = plugins.referee(attack.spec.family).measure(target, dealt, artifact, params=params, seed=seed)
    harm = [m for m in measured.measurements if m.estimand == control.harm]
    value = max((m.value for m in harm), default=0.0)
    passed = float(value >= control.threshold)
    return Measured(
        (
            Measurement(
                estimand="control_passed", unit="share", n=1, method=f"{control.harm} ≥ {control.threshold}",
                value=passed, low=passed, high=passed,
                at={"control": control.name, "reached": value, "access": control.access.name, **_norm(params)},
            ),
        )
    )  # fmt: skip


def _norm(params: Any) -> dict[str, str]:
    norm = getattr(params, "norm", None)
    return {} if norm is None else {"norm": str(norm)}


def _defend(job: Job) -> Result:
    """Fit a defence and let the referee of costs measure what it takes from the target."""
    trial = job.trial
    defense = _defense(trial.plugin)
    params = defense.params.model_validate(trial.params)
    opened = _open(job.description, trial.subject.id)
    target = _lay(opened.target, job.laid)
    learns = defense.spec.differentiable or defense.spec.retrainable
    train = roles.needed_training(opened.train) if learns else opened.train or roles.NO_DATA
    clock: dict[str, Any] = {}
    artifact = job.artifact
    if artifact is None:
        began = time.process_time()
        artifact = Artifact("parameters", defense.fit(target, train, params=params, seed=trial.seed))
        clock["training_cpu_seconds"] = time.process_time() - began
    arrays = artifact.arrays
    treated = defense.wrap(target, arrays, params=params, seed=trial.seed, digest=trial.name)
    measured, readings = cost.compare(target, treated, roles.needed_test(opened.test), opened.positive)
    return Result(Outcome.MEASURED, artifact=artifact, measured=measured, clock={**clock, **readings})


@dataclass(frozen=True)
class Opened:
    """A model of the description with its data."""

    target: Target
    train: Data | None
    test: Data | None
    positive: tuple[int, ...]


def _scene(job: Job, attack: Attack) -> tuple[Target | None, Roles]:
    if attack.spec.game == "files":
        return None, roles.deal("files", None, None, 0)
    opened = _open(job.description, job.trial.subject.id)
    column = str(job.trial.params.get("column", ""))
    dealt = roles.deal(attack.spec.game, opened.train, opened.test, job.trial.examples, column)
    return _lay(opened.target, job.laid), dealt


def _lay(target: Target, laid: tuple[Laid, ...]) -> Target:
    for one in laid:
        defense = _defense(one.plugin)
        params = defense.params.model_validate(one.params)
        target = defense.wrap(target, one.arrays, params=params, seed=one.seed, digest=one.key)
    return target


def _defense(id: str) -> Defense:
    cls = plugins.find("defenses", id)
    assert issubclass(cls, Defense)
    return cls()


@lru_cache(maxsize=4)
def _open(description: str, model: str) -> Opened:
    """Open a model and its data once a process."""
    read = read_system(Path(description))
    target, train, test = open_model(read.system, model, read.folder)
    return Opened(target, train, test, positive_classes(read.system, read.system.model(model)))


def _one_thread(job: Job) -> None:
    if job.trial.subject.kind == "files":
        return
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)


def _end_with_parent() -> None:
    """A worker whose parent was killed must not work on for nobody."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
