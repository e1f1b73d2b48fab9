"""How much poison would hurt, in one call and without a description."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, RecipeTarget
from bartizan.core import plugins
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Attack
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.dose import REACHED
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.core.system.contributing import Contributing, Written
from bartizan.core.target import Target, TargetInfo
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.poison import poisoned, written
from bartizan.numerics.seeds import child, seeded

Train = Callable[..., Any]


@dataclass(frozen=True)
class DoseResponse:
    """What one attack did. harm: its estimand. artifact: the poison, as arrays; clean: the set it is written into.
    contributing: what it takes to get records or labels into it; None where nobody says."""

    attack: str
    harm: str
    measured: Measured
    artifact: Artifact
    clean: Data
    contributing: Contributing | None = None

    @property
    def what(self) -> Written:
        """What the attack writes: labels alone, or records."""
        return written(self.artifact.arrays)

    @property
    def least(self) -> int | None:
        """The smallest dose with which at least half of the retrainings ended as the adversary wants; None: no dose."""
        goals = (m for m in self.measured.measurements if m.estimand == "goal_reached" and m.value >= REACHED)
        return min((int(m.at["records"]) for m in goals if m.at["records"]), default=None)

    @property
    def curve(self) -> tuple[Measurement, ...]:
        """The harm by number of records, the smallest dose first."""
        return tuple(
            sorted((m for m in self.measured.measurements if m.estimand == self.harm), key=lambda m: m.at["records"])
        )

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Doubts about the result; each is a heading of docs/flags.md."""
        return self.measured.flags

    @property
    def says(self) -> str:
        """The curve in words."""
        n = max(len(self.clean), 1)
        doses = [(int(m.at["records"]), m) for m in self.curve]
        points = [f"{d:,} {self.what} ({d / n:.2%}): {m.value:.1%} [{m.low:.1%}, {m.high:.1%}]" for d, m in doses]
        curve = f"{self.attack}, {self.harm} over clean twins by poisoned {self.what}: {'; '.join(points)}"
        return f"{curve}. {self._goal()}"

    def _goal(self) -> str:
        if self.least is None:
            return "No dose reached the goal"
        price = self.contributing and self.contributing.eur(self.least, self.what)
        accounts = self.contributing and self.contributing.accounts(self.least)
        cost = "" if price is None else f", {price:,.2f} €"
        return f"Goal reached with {self.least:,} {self.what}{cost}{f', {accounts:,} accounts' if accounts else ''}"

    def poisoned(self, records: int) -> tuple[Array, Labels]:
        """The training set with the first `records` changes made, for detectors to be tried on."""
        return poisoned(self.clean, self.artifact.arrays, records)


def dose_response(
    attack: str,
    train: Train | Recipe,
    training: tuple[Array, Labels],
    test: tuple[Array, Labels],
    *,
    doses: Sequence[float] = (0.01, 0.05),
    seeds: int = 10,
    bounds: tuple[float, float] | None = (0.0, 1.0),
    recipe_known: bool = False,
    contributing: Contributing | None = None,
    seed: int = 0,
    **params: Any,
) -> DoseResponse:
    """Poison the training set by the plugin `attack` and train victims on it, each beside a clean twin of its seed.

    train: `train(x, y, *, seed)` that returns a network, an estimator with `predict_proba` or a function from inputs
    to scores; or a `Recipe`, by which all seeds of a dose are trained at once. doses: shares of the training set.
    recipe_known: whether the adversary may train models of its own by the recipe. contributing: what
    a record, a label or an account costs whoever contributes, for the price of the goal. params: of the attack.
    Raises `UsageError` on an attack that writes no training data, `DataError` on data that do not match, `ModelError`
    where the training breaks without any poison.
    """
    plugin = _writer(attack)
    roles = Roles(probe=_data(test, "test"), writable=_data(training, "training"))
    classes = int(max(roles.probe.y.max(initial=0), roles.writable.y.max(initial=0))) + 1
    chosen = type(plugin).params.model_validate({"doses": tuple(doses), "seeds": seeds, **params})
    target = _target(train, roles.writable, classes, bounds, seed)
    known = (Capability.RECIPE,) if recipe_known else ()
    view = grant(target, Access(capabilities=(Capability.DATA_WRITE, *known)), Budget(), roles)
    artifact = plugin.run(view, params=chosen, seed=child(seed, "attack"))
    referee = plugins.referee(plugin.spec.family)
    measured = referee.measure(target, roles, artifact, params=chosen, seed=child(seed, "referee"))
    return DoseResponse(attack, plugin.spec.harm, measured, artifact, roles.writable, contributing)


def _writer(attack: str) -> Attack:
    plugin = plugins.attack("attack", attack)
    if plugin.spec.game != "poison":
        known = [n for n, c in sorted(plugins.plugins("attacks").items()) if getattr(c.spec, "game", "") == "poison"]
        raise UsageError(f"{attack!r} writes no training data; those that do are {', '.join(known)}")
    return plugin


def _data(pair: tuple[Array, Labels], what: str) -> Data:
    x, y = np.asarray(pair[0], np.float32), np.asarray(pair[1])
    if len(x) != len(y) or not len(y) or y.ndim != 1:
        raise DataError(f"the {what} data have {len(x)} inputs and labels of shape {y.shape}; give one for each")
    if not np.isfinite(x).all() or (y < 0).any():
        raise DataError(f"the {what} data hold values that are not finite, or labels below 0; clean them first")
    return Data.of(x, y.astype(np.int64))


def _target(train: Train | Recipe, clean: Data, classes: int, bounds: tuple[float, float] | None, seed: int) -> Target:
    if isinstance(train, Recipe):
        empty = RecipeTarget(train, classes, clean.x.shape[1:], bounds=bounds)
        return empty.retrain(clean.x, clean.y, seed=child(seed, "model in use"))
    if not callable(train):
        raise UsageError("train must be a function train(x, y, *, seed) that returns a model, or a Recipe")
    info = TargetInfo(
        id="trained",
        input_shape=clean.x.shape[1:],
        classes=classes,
        bounds=bounds,
        modality="image" if clean.x.ndim == 4 else "tabular",
        retrainable=True,
        digest=clean.digest(),
    )
    return _Trained(info, train).retrain(clean.x, clean.y, seed=child(seed, "model in use"))


class _Trained(Target):
    """What the user's function returned."""

    def __init__(self, info: TargetInfo, train: Train, model: Any = None) -> None:
        self.info, self.train, self.model = info, train, model

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        try:
            with seeded(seed):
                return _Trained(self.info, self.train, self.train(x.copy(), y.copy(), seed=seed))
        except ModelError:
            raise
        except Exception as error:  # somebody else's function may raise anything
            raise ModelError(_raised(error)) from error

    def scores(self, x: Array) -> Array:
        found = np.asarray(_answer(self.model, x), np.float32)
        if found.shape != (len(x), self.info.classes) or not np.isfinite(found).all():
            raise ModelError(
                f"the trained model gave scores of shape {found.shape} for {len(x)} inputs and {self.info.classes} "
                "classes, or some that are not finite"
            )
        return found


def _raised(error: Exception) -> str:
    """What the training function raised, in one sentence."""
    text = " ".join(str(error).split()) or "no message"
    called = "; it is called as train(x, y, seed=…)" if isinstance(error, TypeError) else ""
    return f"the training function raised {type(error).__name__}: {text[:300]}{called}"


def _answer(model: Any, x: Array) -> NDArray[Any]:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        with torch.no_grad():
            return np.asarray(model.eval()(torch.from_numpy(x)).softmax(1).numpy())
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(x))
    if not callable(model):
        raise ModelError(f"the training function returned {type(model).__name__}, which answers nothing")
    return np.asarray(model(x))
