"""How many poisoned records provably cannot turn an answer that models trained apart voted for.

Levine and Feizi, ICLR 2021.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.certifiers.controls_by_vote import by_a_hair, trained_together, unanimous
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.votes import Votes, certified_records, counted

UNDECIDED, CERTIFIED, WRONG = 0, 1, 2


class PartitionVotesParams(Frozen):
    """records: numbers of poisoned records at which each example gets a verdict, the largest of which the referee
    writes in fact."""

    norm: Literal["records"] = "records"
    records: tuple[int, ...] = Field(default=(1, 2, 5), min_length=1)


class PartitionVotes(Attack):
    """Counts the votes behind each answer, and by how many records, added, removed or relabelled, they can be moved.

    The proof is of the training as a whole, with its seed, and of these very inputs: it says nothing of the same inputs
    with a trigger on them, which are other inputs, with votes of their own.
    """

    spec = AttackSpec(
        id="partition_votes",
        title="Votes of models trained apart",
        summary="Proves, for single examples, that no so many poisoned training records can change the answer.",
        references=("levine2021",),
        family="certifiers",
        threats=("P1", "P2"),
        needs=((Capability.SCORES,),),
        game="poison",
        makes="bounds",
        goal="a proof that the answer holds whatever so many training records are",
        harm="uncertified_share",
        retrainable=True,
        retrainings=2,
        cost_hint="a query an example, and two trainings of all voters by the referee",
    )
    params: ClassVar[type[BaseModel]] = PartitionVotesParams

    def run(self, view: View, *, params: PartitionVotesParams, seed: int) -> Artifact:
        """eps G (records), verdict n×G (0 undecided, 1 certified, 2 answered wrongly), certified_eps n (records)."""
        info, probe = view.info, view.probe
        if info.voters is None:
            raise NotApplicable(f"{info.id} answers by no vote of models that were trained apart")
        votes = _votes(view, info.voters)
        right, sure = votes.argmax(axis=1) == probe.y, certified_records(votes)
        eps = np.asarray(params.records, np.float64)
        proven = (sure[:, None] >= eps) & right[:, None]
        verdict = np.where(proven, CERTIFIED, np.where(right[:, None], UNDECIDED, WRONG)).astype(np.int8)
        certified = np.where(right, sure, 0).astype(np.float64)
        arrays: dict[str, NDArray[np.generic]] = {"eps": eps, "verdict": verdict, "certified_eps": certified}
        return Artifact("bounds", arrays, {"object": info.digest, "norm": params.norm, "voters": info.voters})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """From the effort `standard` on, where votes are tried as a defence."""
        self.check(profile)
        if effort == "quick":
            raise NotApplicable("no vote of models trained apart is tried at this effort; see --effort standard")
        records = (1, 2, 5) if effort == "standard" else (1, 2, 5, 10, 20)
        params = PartitionVotesParams(records=records).model_dump(mode="json")
        return [Proposal(params=params, examples=500, seconds=1800.0, label="votes")]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """A vote that nobody can turn; one that hangs by a hair; and one of models that all saw every record."""
        return unanimous(), by_a_hair(), trained_together()


def _votes(view: View, voters: int) -> Votes:
    """Of each probe example that the budget reaches; without votes the others get no certificate."""
    n = len(view.probe) if view.budget.queries is None else min(len(view.probe), view.budget.queries)
    votes = np.zeros((len(view.probe), view.info.classes), np.int64)
    found = counted(view.scores(view.probe.x[:n], of=np.arange(n)), voters)
    if found is None:
        raise NotApplicable(f"the scores of {view.info.id} are not shares of {voters} votes")
    votes[:n] = found
    return votes
