"""Membership by all signals of a few references, joined by what they are worth on references that play the target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.privacy.controls import membership_controls
from bartizan.attacks.privacy.game import UNKNOWN, affordable, membership_proposal
from bartizan.attacks.privacy.inference.asking import LEAST
from bartizan.attacks.privacy.inference.choice import Views, all_scores, chosen_score
from bartizan.attacks.stacked.masks import paired_coins
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View, reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.matching import matched, mismatch
from bartizan.numerics.membership import loss_signal
from bartizan.numerics.neighbours import place_of
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
        refs, place = _references(view, asked.join(view.auxiliary), n, params.references, seed)
        apart, allowed = mismatch(sure, refs, SHARE)
        views = Views.of(matched(sure, refs, SHARE) if apart > allowed else sure, refs, place, asked.y)
        name, why = chosen_score(views)
        scores[:n] = all_scores(views)[name]
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


def _references(view: View, points: Data, asked: int, models: int, seed: int) -> tuple[References, NDArray[np.float64]]:
    """References as the interface would show them, about the first `asked` points, and where those lie for them.

    They are trained on the adversary's own records too.
    """
    inside = paired_coins(models, len(points), child(seed, "references"))
    sure, answers = np.empty((models, asked)), []
    for m, chosen in enumerate(inside):
        reference = view.train(points.x[chosen], points.y[chosen], seed=child(seed, "reference", m))
        said = reduce_output(reference.scores(points.x[:asked]), view.access.output)
        sure[m] = loss_signal(said, points.y[:asked])
        answers.append(np.log(np.maximum(said, LEAST)))
    return References(sure, inside[:, :asked]), place_of(np.stack(answers))
