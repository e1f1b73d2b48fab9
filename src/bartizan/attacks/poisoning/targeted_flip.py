"""Targeted label flipping: one class is taught to be another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.poisoning.aiming import AimedParams, aimed_at, dosed_proposals, most_records, poison_of
from bartizan.attacks.poisoning.controls import aimed_controls
from bartizan.attacks.poisoning.label_flip import nearest_other
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability


class TargetedFlipParams(AimedParams):
    """source_class: whose records get a wrong label; target_class: which one, the class that looks most like it
    where none is given."""

    source_class: int = Field(default=0, ge=0)
    target_class: int | None = Field(default=None, ge=0)


class TargetedFlip(Attack):
    """Gives records of one class the label of another, those nearest to it first."""

    spec = AttackSpec(
        id="targeted_flip",
        title="Targeted label flipping",
        summary="Writes one wrong label on records of one class, and counts how many it takes until the class is lost.",
        references=("biggio2012",),
        family="poisoning",
        threats=("P2",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="poisoned_set",
        goal="inputs of one class get another, the rest are answered as before",
        harm="targeted_success",
        retrainable=True,
        labels_only=True,
        retrainings=9,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = TargetedFlipParams

    def run(self, view: View, *, params: TargetedFlipParams, seed: int) -> Artifact:
        """See `aiming.poison_of`; aimed at every probe of the source class."""
        clean, classes = view.writable, view.info.classes
        source = params.source_class % classes
        target = confused_with(clean, source, classes) if params.target_class is None else params.target_class % classes
        target = (source + 1) % classes if target == source else target
        index = toward(clean, source, target)[: most_records(params, view)]
        victim = np.flatnonzero(view.probe.y == source)
        artifact = poison_of(view, params, index, np.full(len(index), target))
        return aimed_at(artifact, victim, np.full(len(victim), target))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        doses = ((0.02, 0.05), (0.002, 0.005, 0.01, 0.02, 0.05, 0.1))
        return dosed_proposals(TargetedFlipParams(), self.spec.title, effort, doses)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return aimed_controls(TargetedFlipParams(doses=(0.3,), seeds=1).model_dump(mode="json"), 130)


def confused_with(clean: Data, source: int, classes: int) -> int:
    """The class that most records of `source` look like besides their own."""
    rows = clean.y == source
    if not rows.any():
        return (source + 1) % classes
    nearest, _ = nearest_other(clean.x, clean.y, classes)
    return int(np.bincount(nearest[rows], minlength=classes).argmax())


def toward(clean: Data, source: int, target: int) -> NDArray[np.int64]:
    """Positions of the records of `source`, those nearest to the mean of `target` first."""
    rows = np.flatnonzero(clean.y == source)
    if not (clean.y == target).any():
        return rows
    goal = clean.x[clean.y == target].mean(axis=0)
    far = ((clean.x[rows] - goal) ** 2).reshape(len(rows), -1).sum(axis=1)
    return rows[np.argsort(far, kind="stable")]
