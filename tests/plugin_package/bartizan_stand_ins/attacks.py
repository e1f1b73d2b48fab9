"""Attacks that ask nothing of any model and do what their parameters say, and the referee and the defence to match."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Defense, DefenseSpec, Referee
from bartizan.core.data import Data, Roles
from bartizan.core.errors import BudgetSpent
from bartizan.core.profile import NotApplicable
from bartizan.core.target import Defended, Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.intervals import clopper_pearson

Mode = Literal[
    "well", "raises", "exits", "killed", "hangs", "not_applicable", "budget", "nan", "text_array", "odd_claim", "sleeps"
]


class Orders(Frozen):
    """mode: how to behave; hits of n: what the referee will find; log: a file to note every run in."""

    mode: Mode = "well"
    hits: int = 0
    n: int = 100
    eps: float | None = None
    norm: str = "linf"
    flag: str = ""
    pause: float = 0.0
    log: str = ""
    alters: int = 0


class StandIn(Attack):
    """Does as it is told. It looks at files only, so that no model is needed."""

    spec: ClassVar[AttackSpec] = AttackSpec(
        id="stand_in",
        title="Stand-in",
        summary="Does as it is told",
        family="defenses",  # a family without a referee of ours, so that the stand-in's own is found
        threats=("S1",),
        needs=((Capability.FILES,),),
        game="files",
        makes="file_verdicts",
        goal="nothing",
        harm="stand_in_harm",
    )
    params: ClassVar[type[Orders]] = Orders

    def run(self, view: Any, *, params: Orders, seed: int) -> Artifact:
        if params.log:
            with Path(params.log).open("a") as file:
                file.write(f"{params.hits}\n")
        time.sleep(params.pause)
        _obey(params)
        rng = np.random.default_rng(seed)
        arrays: dict[str, NDArray[Any]] = {"draw": rng.random(3)}
        if params.mode == "text_array":
            arrays["words"] = np.array(["no", "tensor"])
        claims = {"set": {1, 2}} if params.mode == "odd_claim" else {"seed": seed, "earlier": sorted(view.artifacts)}
        return Artifact("file_verdicts", arrays, claims)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (_control("broken", 100), _control("broken_too", 100))


class Feeble(StandIn):
    """Does not pass its own positive control."""

    spec: ClassVar[AttackSpec] = StandIn.spec.model_copy(update={"id": "feeble", "title": "Feeble"})

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (_control("broken", 100), _control("unbroken", 0))


class Evader(StandIn):
    """Speaks of the harm that evasion is judged by."""

    spec: ClassVar[AttackSpec] = StandIn.spec.model_copy(update={"id": "evader", "harm": "robust_error"})


class Asker(StandIn):
    """Asks the model about every probe example, as often as its budget lets it."""

    spec: ClassVar[AttackSpec] = StandIn.spec.model_copy(update={"id": "asker", "game": "probe"})

    def run(self, view: Any, *, params: Orders, seed: int) -> Artifact:
        if params.log:
            with Path(params.log).open("a") as file:
                file.write("asked\n")
        time.sleep(params.pause)
        scores = view.scores(view.probe.x, np.arange(len(view.probe)))
        return Artifact("perturbed_inputs", {"scores": scores, "index": np.arange(params.alters)})


class StandInReferee(Referee):
    """Finds what the orders say."""

    spec: ClassVar[Any] = StandIn.spec.model_copy(update={"id": "stand_in_referee"})
    family: ClassVar[Any] = "defenses"

    def measure(
        self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Orders, seed: int
    ) -> Measured:
        low, high = clopper_pearson(params.hits, params.n)
        value = float("nan") if params.mode == "nan" else params.hits / params.n
        reached = np.arange(params.n) < params.hits
        arrays = {"reached": reached, "tries": np.arange(1, params.n + 1), "size": np.where(reached, 0.5, np.inf)}
        flags = (Flag(id=params.flag, detail="as ordered"),) if params.flag else ()
        harm = Measurement(
            estimand="stand_in_harm", unit="share", n=params.n, method="ordered", value=value, low=low, high=high
        )
        return Measured((harm,), arrays, flags, tries_unit="queries", size_unit="linf")


class StandInDefense(Defense):
    """Learns one number and changes nothing."""

    spec: ClassVar[DefenseSpec] = DefenseSpec(
        id="stand_in_defense", title="Stand-in", summary="Changes nothing", defence="none", counters=("S1",)
    )

    def fit(self, target: Target, data: Data, *, params: Any, seed: int) -> dict[str, NDArray[np.generic]]:
        return {"records": np.array([len(data)])}

    def wrap(
        self, target: Target, arrays: dict[str, NDArray[np.generic]], *, params: Any, seed: int, digest: str
    ) -> Target:
        return Defended(target, self.spec.id, digest)


def _obey(orders: Orders) -> None:
    if orders.mode == "raises":
        raise RuntimeError("the sky\nis falling")
    if orders.mode == "exits":
        os._exit(7)
    if orders.mode == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if orders.mode == "hangs":
        time.sleep(3600)
    if orders.mode == "not_applicable":
        raise NotApplicable("there is nothing to attack")
    if orders.mode == "budget":
        raise BudgetSpent("one more query would be one too many")


def _control(name: str, hits: int) -> Control:
    def nobody() -> Any:
        return None

    return Control(
        name=name,
        kind="positive",
        target=nobody,
        roles=lambda: Roles(probe=Data.of(np.zeros((0, 1), np.float32), np.zeros(0, np.int64))),
        access=Access(capabilities=(Capability.FILES,)),
        budget=Budget(),
        params={"hits": hits},
        harm="stand_in_harm",
        threshold=0.9,
    )
