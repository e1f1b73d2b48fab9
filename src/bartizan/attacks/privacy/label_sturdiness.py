"""Membership by labels alone: how far around a record the model keeps to its class, in a few questions."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.controls import membership_controls
from bartizan.attacks.privacy.game import UNKNOWN, affordable, membership_proposal
from bartizan.attacks.privacy.inference.label_only import SIZES, boundary_scale, noisy, sturdiness
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child


class LabelSturdinessParams(Frozen):
    """queries: asked about each record, the first as it is and the others with noise of growing size.

    fpr: the false-positive rate the result is judged at.
    """

    queries: int = Field(default=9, ge=2)
    fpr: float = Field(default=0.01, gt=0, lt=1)


class LabelSturdiness(Attack):
    """Scores each record by the share of right answers to it and to noisy copies; no model of one's own."""

    spec = AttackSpec(
        id="label_sturdiness",
        title="Membership by sturdy labels",
        summary="Calls a record a member when the model keeps to its class under noise. A few queries a record.",
        references=("choquette2021",),
        family="privacy",
        threats=("D1",),
        needs=((Capability.LABELS,),),
        game="membership",
        makes="membership_scores",
        goal="tell records of the training set from others",
        harm="tpr",
        cost_hint="9 to 33 queries a record",
    )
    params = LabelSturdinessParams

    def run(self, view: View, *, params: LabelSturdinessParams, seed: int) -> Artifact:
        """Arrays: `scores`, one a probe example, high for members. Records beyond the budget score lowest."""
        n = affordable(view, each=params.queries)
        scores = np.full(len(view.probe), UNKNOWN)
        x, y, of = view.probe.x[:n], view.probe.y[:n], np.arange(n)
        if not n:
            return Artifact("membership_scores", {"scores": scores})
        scale = boundary_scale(x, y, seed)
        right = [view.labels(x, of) == y]
        for i in range(params.queries - 1):
            changed = noisy(x, SIZES[i % len(SIZES)] * scale, child(seed, "noise", i))
            right.append(view.labels(changed, of) == y)
        scores[:n] = sturdiness(np.stack(right))
        return Artifact("membership_scores", {"scores": scores}, {"queries_per_record": params.queries})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """9, 17 or 33 queries a record."""
        self.check(profile)
        queries = {"quick": 9, "standard": 17, "deep": 33}[effort]
        params = LabelSturdinessParams(queries=queries, fpr=profile.fpr).model_dump(mode="json")
        return [membership_proposal(profile, params, effort, each=queries)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = LabelSturdinessParams(fpr=0.05).model_dump(mode="json")
        return membership_controls(params, (Capability.LABELS,), each=9, classes=100)
