"""Membership by the loss alone: trained-on records tend to have a smaller one."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.controls import membership_controls
from bartizan.attacks.privacy.game import UNKNOWN, affordable, membership_proposal
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.membership import loss_signal


class LossThresholdParams(Frozen):
    """fpr: the false-positive rate the result is judged at."""

    fpr: float = Field(default=0.01, gt=0, lt=1)


class LossThreshold(Attack):
    """Scores each record by its loss under the target: one query, no model of one's own."""

    spec = AttackSpec(
        id="loss_threshold",
        version=2,
        title="Membership by the loss",
        summary="Calls a record a member when the model's loss on it is small. One query a record.",
        references=("yeom2018",),
        family="privacy",
        threats=("D1",),
        needs=((Capability.SCORES,),),
        game="membership",
        makes="membership_scores",
        goal="tell records of the training set from others",
        harm="tpr",
        cost_hint="one query a record",
    )
    params = LossThresholdParams

    def run(self, view: View, *, params: LossThresholdParams, seed: int) -> Artifact:
        """Arrays: `scores`, one a probe example, high for members. Records beyond the budget score lowest."""
        n = affordable(view)
        scores = np.full(len(view.probe), UNKNOWN)
        asked = view.probe.take(slice(0, n))
        scores[:n] = loss_signal(view.scores(asked.x, np.arange(n)), asked.y)
        return Artifact(kind="membership_scores", arrays={"scores": scores})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """All records the data allow, at the false-positive rate of the gates."""
        self.check(profile)
        return [membership_proposal(profile, LossThresholdParams(fpr=profile.fpr).model_dump(mode="json"), effort)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return membership_controls(LossThresholdParams(fpr=0.05).model_dump(mode="json"), (Capability.SCORES,))
