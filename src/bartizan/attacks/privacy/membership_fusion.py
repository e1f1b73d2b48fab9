"""Membership by all signals of a few references, joined by what they are worth on references that play the target."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.controls import membership_controls
from bartizan.attacks.privacy.game import UNKNOWN, affordable, membership_proposal
from bartizan.attacks.privacy.inference.choice import SINGLE, chosen_score, fusion
from bartizan.attacks.stacked.masks import fair_coins
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View, reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.matching import matched, mismatch
from bartizan.numerics.membership import loss_signal
from bartizan.numerics.references import References
from bartizan.numerics.seeds import child

SHARE = 0.5  # of members among the records in question: the rule of the game, known to whoever plays it


class MembershipFusionParams(Frozen):
    """references: models of the adversary's own, each on fair coins' choice of all records in question and its own.

    fpr: the false-positive rate the result is judged at.
    """

    references: int = Field(default=4, ge=1)
    fpr: float = Field(default=0.01, gt=0, lt=1)


class MembershipFusion(Attack):
    """Trains references, lets each play the target to learn a score, then asks the target once a record."""

    spec = AttackSpec(
        id="membership_fusion",
        title="Membership by learned fusion",
        summary="Joins several scores of membership by what they are worth on models whose records are known.",
        references=("zarifzadeh2024", "carlini2022lira", "brannvall2026"),
        family="privacy",
        threats=("D1",),
        needs=((Capability.SCORES, Capability.RECIPE),),
        game="membership",
        makes="membership_scores",
        goal="tell records of the training set from others",
        harm="tpr",
        retrainable=True,
        retrainings=4,
        cost_hint="one training a reference, one query a record",
    )
    params = MembershipFusionParams

    def run(self, view: View, *, params: MembershipFusionParams, seed: int) -> Artifact:
        """Arrays: `scores`, one a probe example, high for members. Records beyond the budget score lowest."""
        n = affordable(view)
        scores = np.full(len(view.probe), UNKNOWN)
        asked = view.probe.take(slice(0, n))
        if not n:
            return Artifact("membership_scores", {"scores": scores}, {"references": params.references})
        sure = loss_signal(view.scores(asked.x, np.arange(n)), asked.y)
        every = _references(view, asked.join(view.auxiliary), params.references, seed)
        refs = References(every.sure[:, :n], every.inside[:, :n])
        apart, allowed = mismatch(sure, refs, SHARE)
        name, why = chosen_score(refs)
        score = fusion if name == "fusion" else SINGLE[name]
        scores[:n] = score(matched(sure, refs, SHARE) if apart > allowed else sure, refs)
        claims = {"references": params.references, "score": name, "why": why, "recipe_mismatch": apart > allowed}
        return Artifact(kind="membership_scores", arrays={"scores": scores}, claims=claims)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """4 references (quick), 8 (standard), 16 (deep)."""
        self.check(profile)
        references = {"quick": 4, "standard": 8, "deep": 16}[effort]
        params = MembershipFusionParams(references=references, fpr=profile.fpr).model_dump(mode="json")
        return [membership_proposal(profile, params, effort)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = MembershipFusionParams(fpr=0.05).model_dump(mode="json")
        return membership_controls(params, (Capability.SCORES, Capability.RECIPE))


def _references(view: View, points: Data, models: int, seed: int) -> References:
    """References as the interface would show them, trained on the adversary's own records too."""
    inside = fair_coins(models, len(points), child(seed, "references"))
    sure = np.empty(inside.shape)
    for m, chosen in enumerate(inside):
        reference = view.train(points.x[chosen], points.y[chosen], seed=child(seed, "reference", m))
        sure[m] = loss_signal(reduce_output(reference.scores(points.x), view.access.output), points.y)
    return References(sure, inside)
