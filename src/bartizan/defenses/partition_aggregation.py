"""Deep partition aggregation: many models on separate parts of the data, and a vote. Levine and Feizi, ICLR 2021."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.core.base import Frozen
from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Defended, Target
from bartizan.defenses.afresh import too_long_for
from bartizan.numerics.seeds import child
from bartizan.numerics.votes import certified_records

Arrays = dict[str, NDArray[np.generic]]


class PartitionParams(Frozen):
    """parts: models, each trained on its own part of the records and on no other."""

    parts: int = Field(default=15, ge=3)


class Voting(Defended):
    """The share of votes as scores; labels by the most votes, ties to the lower class. There are no gradients."""

    def __init__(self, inner: Target, voters: list[Target], params: PartitionParams, digest: str) -> None:
        super().__init__(inner, PartitionAggregation.spec.id, digest)
        self.info = self.info.model_copy(update={"differentiable": False, "voters": params.parts})
        self.voters, self.parts = voters, params

    def votes(self, x: Array) -> NDArray[np.int64]:
        """Votes for each class, N×K."""
        said = np.stack([v.labels(x) for v in self.voters])
        return np.stack([(said == c).sum(axis=0) for c in range(self.info.classes)], axis=1).astype(np.int64)

    def scores(self, x: Array) -> Array:
        return (self.votes(x) / len(self.voters)).astype(np.float32)

    def labels(self, x: Array) -> Labels:
        return np.asarray(self.votes(x).argmax(axis=1), np.int64)

    def certified_records(self, x: Array) -> NDArray[np.int64]:
        """How many records, added, removed or relabelled, cannot turn each answer, N."""
        return certified_records(self.votes(x))

    def logits(self, x: Any) -> Any:
        return Target.logits(self, x)

    def weights(self) -> Any:
        return Target.weights(self)

    def parameters(self) -> Arrays:
        return {f"{i}/{n}": a for i, v in enumerate(self.voters) for n, a in v.parameters().items()}

    def with_parameters(self, arrays: Arrays, *, digest: str) -> Target:
        return PartitionAggregation().wrap(self.inner, arrays, params=self.parts, seed=0, digest=digest)

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        digest = f"{trained.info.digest}+{PartitionAggregation.spec.id}"
        arrays = PartitionAggregation().fit(trained, data, params=self.parts, seed=seed)
        return PartitionAggregation().wrap(trained, arrays, params=self.parts, seed=seed, digest=digest)


class PartitionAggregation(Defense):
    """Deals the records into parts by their content alone, so that one record touches one model, and lets them vote."""

    spec = DefenseSpec(
        id="partition_aggregation",
        title="Partition aggregation with a vote",
        summary="Trains a model on each part of the data; so many poisoned records provably cannot turn a vote.",
        references=("levine2021",),
        defence="DF29",
        counters=("P1", "P2", "B1"),
        retrainable=True,
    )
    params: ClassVar[type[BaseModel]] = PartitionParams

    def fit(self, target: Target, data: Data, *, params: PartitionParams, seed: int) -> Arrays:
        part = parts_of(data.x, params.parts)
        arrays: Arrays = {}
        for i in range(params.parts):
            own = data.take(part == i)
            if not set(np.unique(data.y)) <= set(np.unique(own.y)):
                raise NotApplicable(
                    f"{len(data)} records in {params.parts} parts leave part {i} without some class; use fewer parts"
                )
            voter = target.retrain(own.x, own.y, seed=child(seed, "part", i))
            if not voter.parameters():
                raise NotApplicable(f"the retrained {target.info.id} cannot be written down as numbers")
            arrays |= {f"{i}/{n}": a for n, a in voter.parameters().items()}
        return arrays

    def wrap(self, target: Target, arrays: Arrays, *, params: PartitionParams, seed: int, digest: str) -> Target:
        voters = []
        for i in range(params.parts):
            own = {n.removeprefix(f"{i}/"): a for n, a in arrays.items() if n.startswith(f"{i}/")}
            voters.append(target.with_parameters(own, digest=f"{digest}/{i}"))
        return Voting(target, voters, params, digest)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """15 parts (standard), 50 (deep)."""
        if not profile.retrainable:
            raise NotApplicable(f"{self.spec.title} trains models, and the description names no retrain function")
        if not profile.has_training_data:
            raise NotApplicable(f"{self.spec.title} needs the training data, and the description loads none")
        too_long_for(effort, self.spec.title)
        return PartitionParams(parts={"standard": 15}.get(effort, 50)).model_dump(mode="json")


def parts_of(x: Array, parts: int) -> NDArray[np.int64]:
    """The part of each record, N, by a hash of its content: neither its place nor any other record matters, nor does
    its label, so that relabelling a record is one change and not two."""
    digests = (hashlib.sha256(np.ascontiguousarray(row).tobytes()).digest() for row in x)
    return np.array([int.from_bytes(d[:8], "big") % parts for d in digests], np.int64)
