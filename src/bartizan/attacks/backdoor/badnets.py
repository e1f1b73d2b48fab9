"""BadNets: a backdoor planted through stamped and relabelled training records."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.backdoor.controls import badnets_controls
from bartizan.attacks.backdoor.trigger import patch, rare_values, stamp
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.poison import dose_counts


class BadNetsParams(Frozen):
    """doses: shares of the training set, each measured by itself. seeds: retrainings a dose, and of the clean twin.

    target_class: where the trigger shall lead. side: of the square patch, in pixels. columns: overwritten in a table.
    goal_success, goal_drop: the trigger must work at least so often, at no more loss of benign accuracy than that.
    """

    doses: tuple[float, ...] = Field(default=(0.01, 0.05), min_length=1)
    seeds: int = Field(default=5, ge=1)
    target_class: int = Field(default=0, ge=0)
    side: int = Field(default=3, ge=1)
    columns: int = Field(default=3, ge=1)
    goal_success: float = Field(default=0.8, gt=0, le=1)
    goal_drop: float = Field(default=0.05, ge=0, le=1)


class BadNets(Attack):
    """Stamps a small pattern on records of other classes and labels them as the target class."""

    spec = AttackSpec(
        id="badnets",
        version=2,
        title="Backdoor by a trigger in the data (BadNets)",
        summary="Teaches the model, through a few stamped and relabelled records, to obey a small pattern.",
        references=("gu2017",),
        family="backdoor",
        threats=("B1",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="trigger",
        goal="inputs with the trigger get the target class, others are answered as before",
        harm="trigger_success",
        retrainable=True,
        retrainings=6,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = BadNetsParams

    def run(self, view: View, *, params: BadNetsParams, seed: int) -> Artifact:
        """Arrays: `index`, `x`, `y`, `doses` as in `numerics.poison`; `mask` and `pattern` of one input; `target`."""
        clean, info = view.writable, view.info
        image = clean.x.ndim == 4
        mask, pattern = patch(clean, info.bounds, params.side) if image else rare_values(clean, params.columns)
        target = params.target_class % info.classes
        others = np.random.default_rng(seed).permutation(np.flatnonzero(clean.y != target))
        doses = dose_counts(params.doses, len(clean), view.budget.records)
        index = others[: doses[-1] if doses else 0].astype(np.int64)
        arrays: dict[str, NDArray[np.generic]] = {
            "index": index,
            "x": stamp(clean.x[index], mask, pattern),
            "y": np.full(len(index), target, np.int64),
            "doses": np.unique(np.minimum(np.array(doses, np.int64), len(index))),
            "mask": mask,
            "pattern": pattern,
            "target": np.array([target], np.int64),
        }
        return Artifact(kind="trigger", arrays=arrays, claims={"records": len(index), "entries": int(mask.sum())})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One dose and three seeds (quick: six trainings), four and five (standard), six and ten (deep)."""
        self.check(profile)
        doses, seeds, examples = {
            "quick": ((0.02,), 3, 500),
            "standard": ((0.002, 0.005, 0.01, 0.05), 5, 1000),
            "deep": ((0.001, 0.002, 0.005, 0.01, 0.02, 0.05), 10, 1000),
        }[effort]
        return [Proposal(params=BadNetsParams(doses=doses, seeds=seeds).model_dump(mode="json"), examples=examples)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return badnets_controls(BadNetsParams(doses=(0.1,), seeds=1, side=2).model_dump(mode="json"))
