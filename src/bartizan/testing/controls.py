"""Playing an attack's controls: through a metered view, and through the referee of its family."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bartizan.core import plugins
from bartizan.core.access import Budget
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.contracts import Attack, Control
from bartizan.core.data import Roles
from bartizan.core.errors import AccessDenied, BudgetSpent
from bartizan.core.target import Target
from bartizan.core.view import View, grant

from .say import promise


@dataclass(frozen=True)
class Played:
    """One control, attacked and measured."""

    artifact: Artifact
    measured: Measured
    view: View


def attack_once(attack: Attack, control: Control, seed: int, budget: Budget | None = None) -> tuple[Artifact, View]:
    """Run the attack on the control's subject, as the runner would."""
    return _attack(attack, control, control.target(), control.roles(), seed, budget)


def play(cls: type[Attack], control: Control, seed: int = 0) -> Played:
    """Attack the control's subject and let the referee of the family measure it."""
    attack, target, roles = cls(), control.target(), control.roles()
    artifact, view = _attack(attack, control, target, roles, seed, None)
    watched = replace(artifact, watched=view.watched(baseline=cls.spec.baseline))
    params = cls.params.model_validate(control.params)
    measured = plugins.referee(cls.spec.family).measure(target, roles, watched, params=params, seed=seed)
    return Played(artifact, measured, view)


def harm_of(control: Control, measured: Measured) -> float:
    """The control's harm, the worst over a curve. Raises `AssertionError` when the referee does not measure it."""
    values = [m.value for m in measured.measurements if m.estimand == control.harm]
    promise(values, f"the referee measures no {control.harm!r}, which the control {control.name!r} is told by")
    return max(values)


def _attack(
    attack: Attack, control: Control, target: Target, roles: Roles, seed: int, budget: Budget | None
) -> tuple[Artifact, View]:
    view = grant(
        target,
        control.access,
        budget or control.budget,
        roles,
        artifacts=control.artifacts(),
        paths=control.paths(),
    )
    params = type(attack).params.model_validate(control.params)
    before = _global_randomness()
    try:
        artifact = attack.run(view, params=params, seed=seed)
    except BudgetSpent as error:
        where = f"{attack.spec.id} on {control.name!r}"
        raise AssertionError(f"{where} ran over its budget instead of returning the best so far: {error}") from error
    except AccessDenied as error:
        raise AssertionError(f"{attack.spec.id} on {control.name!r} reached beyond its access: {error}") from error
    promise(before == _global_randomness(), f"{attack.spec.id} disturbs the global random state")
    promise(isinstance(artifact, Artifact), f"{attack.spec.id}.run must return an Artifact")
    promise(
        artifact.kind == attack.spec.makes,
        f"{attack.spec.id} returned {artifact.kind!r} where its spec promises {attack.spec.makes!r}",
    )
    return artifact, view


def tight(budget: Budget, control: Control) -> list[Budget]:
    """Budgets much smaller than the control's own: a few queries for each example, and a few in all."""
    few = len(control.roles().probe) // 2 + 1
    return [
        replace_budget(budget, queries_per_example=2),
        replace_budget(budget, queries=few),
        replace_budget(budget, queries=1),
    ]


def replace_budget(budget: Budget, **changes: Any) -> Budget:
    """The budget with some of its limits changed."""
    return budget.model_copy(update=changes)


def unlike(one: Artifact, two: Artifact) -> list[str]:
    """Names of arrays in which two artifacts differ in any bit."""
    names = sorted(set(one.arrays) | set(two.arrays))
    return [n for n in names if not _same(one.arrays.get(n), two.arrays.get(n))]


def _same(a: Any, b: Any) -> bool:
    return a is not None and b is not None and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _global_randomness() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    state = b""
    with suppress(ImportError):  # imported here, lest the attack's own import look like a disturbance
        import sklearn.ensemble  # noqa: F401

    with suppress(ImportError):
        import torch

        state = torch.random.get_rng_state().numpy().tobytes()
    return random.getstate(), kind, np.asarray(keys).tobytes(), tuple(rest), state
