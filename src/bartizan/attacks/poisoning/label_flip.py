"""Poisoning by wrong labels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.poisoning.controls import poisoning_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.poison import dose_counts


class LabelFlipParams(Frozen):
    """doses: shares of the training set, each measured by itself. seeds: retrainings a dose, and of the clean twin.

    records: which are flipped first, those nearest to another class (`boundary`) or at random.
    to: the new label, the class whose mean input is nearest (`nearest`) or any other (`random`).
    goal_drop: the loss of accuracy that counts as success. stealth: whether to measure who would see the poison, by a
    pass over the poisoned data.
    """

    doses: tuple[float, ...] = Field(default=(0.05, 0.1), min_length=1)
    seeds: int = Field(default=5, ge=1)
    records: Literal["random", "boundary"] = "boundary"
    to: Literal["nearest", "random"] = "nearest"
    goal_drop: float = Field(default=0.05, gt=0, le=1)
    stealth: bool = False


class LabelFlip(Attack):
    """Gives some records the label of the class they look most like besides their own."""

    spec = AttackSpec(
        id="label_flip",
        version=2,
        title="Label flipping",
        summary="Writes wrong labels into the training data and counts how many it takes to hurt the trained model.",
        references=("biggio2012",),
        family="poisoning",
        threats=("P1",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="poisoned_set",
        goal="a model trained on the data loses accuracy",
        harm="accuracy_drop",
        retrainable=True,
        labels_only=True,
        retrainings=6,
        cost_hint="seeds × (doses + 1) trainings",
    )
    params = LabelFlipParams

    def run(self, view: View, *, params: LabelFlipParams, seed: int) -> Artifact:
        """Arrays: `index` and `y` as in `numerics.poison`, and `doses` (numbers of records, ascending)."""
        clean = view.writable
        doses = dose_counts(params.doses, len(clean), view.budget.records)
        index, labels = flips(clean, view.info.classes, doses[-1] if doses else 0, params, seed)
        arrays: dict[str, NDArray[np.generic]] = {"index": index, "y": labels, "doses": np.array(doses, np.int64)}
        return Artifact(kind="poisoned_set", arrays=arrays, claims={"records": len(index)})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One dose and three seeds (quick: six trainings), four and five (standard), seven and ten (deep), there also
        of records and to labels picked by chance."""
        self.check(profile)
        doses, seeds, examples = {
            "quick": ((0.1,), 3, 500),
            "standard": ((0.02, 0.05, 0.1, 0.2), 5, 1000),
            "deep": ((0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4), 10, 1000),
        }[effort]
        chosen = [LabelFlipParams(doses=doses, seeds=seeds, stealth=effort != "quick")]
        chosen += [chosen[0].model_copy(update={"records": "random", "to": "random"})] if effort == "deep" else []
        return [
            Proposal(params=p.model_dump(mode="json"), examples=examples, label="random" if i else "")
            for i, p in enumerate(chosen)
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return poisoning_controls(LabelFlipParams(doses=(0.02, 0.6), seeds=1).model_dump(mode="json"))


def flips(clean: Data, classes: int, n: int, params: LabelFlipParams, seed: int) -> tuple[NDArray[np.int64], Labels]:
    """Which `n` records to flip, in order, and their new labels, none of which is the old one."""
    rng = np.random.default_rng(seed)
    nearest, gap = nearest_other(clean.x, clean.y, classes)
    order = rng.permutation(len(clean)) if params.records == "random" else np.argsort(gap, kind="stable")
    index = np.asarray(order[:n], np.int64)
    if params.to == "nearest":
        return index, nearest[index]
    return index, (clean.y[index] + rng.integers(1, classes, size=len(index))) % classes


def nearest_other(x: Array, y: Labels, classes: int) -> tuple[Labels, NDArray[np.float64]]:
    """For each record the other class whose mean input is nearest, and by how much it is farther than its own.

    Columns are scaled to unit spread. A class without records is infinitely far.
    """
    flat = x.reshape(len(x), -1).astype(np.float64)
    flat = flat / np.maximum(flat.std(axis=0), 1e-6) if x.ndim == 2 else flat
    distance = np.full((len(x), classes), np.inf)
    for k in np.unique(y):
        distance[:, k] = ((flat - flat[y == k].mean(axis=0)) ** 2).sum(axis=1)
    rows = np.arange(len(x))
    own = distance[rows, y]
    distance[rows, y] = np.inf
    other = np.asarray(distance.argmin(axis=1), np.int64)
    other = np.where(other == y, (y + 1) % classes, other)
    return other, distance[rows, other] - own
