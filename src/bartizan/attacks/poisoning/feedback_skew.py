"""Skew through feedback: users' corrections become training data, and some users lie."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.poisoning.aiming import AimedParams, aimed_at, dosed_proposals, most_records, poison_of
from bartizan.attacks.poisoning.controls import aimed_controls
from bartizan.attacks.poisoning.targeted_flip import confused_with
from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability


class FeedbackSkewParams(AimedParams):
    """doses: the adversary's records as shares of the training set, spread over all rounds.

    start: share of the records that the model begins with, the others arriving in `rounds`. reported: share of the
    honest users who correct the model; it takes its own answers for the labels of the rest.
    """

    rounds: int = Field(default=3, ge=1)
    start: float = Field(default=0.5, gt=0, lt=1)
    reported: float = Field(default=0.3, ge=0, le=1)
    source_class: int = Field(default=0, ge=0)


class FeedbackSkew(Attack):
    """Sends inputs of one class, each corrected to the class it looks most like besides its own."""

    spec = AttackSpec(
        id="feedback_skew",
        title="Skew through feedback",
        summary="Lies, round after round, to a model that learns from its users, until it takes one class for another.",
        references=("nelson2008", "biggio2012"),
        family="poisoning",
        threats=("P3",),
        needs=((Capability.DATA_WRITE,),),
        game="poison",
        makes="poisoned_set",
        goal="inputs of one class get another after some rounds, the rest are answered as before",
        harm="targeted_success",
        retrainable=True,
        retrainings=28,
        cost_hint="seeds × (rounds + 1) × (doses + 1) trainings",
    )
    params = FeedbackSkewParams

    def run(self, view: View, *, params: FeedbackSkewParams, seed: int) -> Artifact:
        """See `aiming.poison_of`; `base` and `rounds` besides, as in `rounds.played_rounds`."""
        clean, classes = view.writable, view.info.classes
        source = params.source_class % classes
        target = confused_with(clean, source, classes)
        base = max(1, min(int(params.start * len(clean)), len(clean) - 1))
        index = spread(base, len(clean), params.rounds, most_records(params, view), seed)
        own = np.flatnonzero(clean.y[:base] == source)
        index = index[: len(index) if len(own) else 0]
        x = clean.x[np.random.default_rng([seed, 1]).permutation(own)[np.arange(len(index)) % max(len(own), 1)]]
        artifact = poison_of(view, params, index, np.full(len(index), target), x)
        artifact.arrays.update(base=np.array([base]), rounds=np.array([params.rounds]))
        victim = np.flatnonzero(view.probe.y == source)
        return aimed_at(artifact, victim, np.full(len(victim), target))

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        doses = ((0.02, 0.1), (0.01, 0.02, 0.05, 0.1))
        return dosed_proposals(FeedbackSkewParams(), self.spec.title, effort, doses, stealth=False)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = FeedbackSkewParams(doses=(0.4,), seeds=1, rounds=2, start=0.4)
        return aimed_controls(params.model_dump(mode="json"), 160)


def spread(base: int, end: int, rounds: int, n: int, seed: int) -> NDArray[np.int64]:
    """`n` of the positions `base` … `end` − 1, in an order in which every prefix takes evenly from all rounds."""
    rng = np.random.default_rng(seed)
    cuts = np.linspace(base, end, rounds + 1).astype(np.int64)
    parts = [rng.permutation(np.arange(a, b)) for a, b in pairwise(cuts)]
    turn = np.concatenate([np.arange(len(p)) + r / max(rounds, 1) for r, p in enumerate(parts)])
    return np.concatenate(parts)[np.argsort(turn, kind="stable")][:n].astype(np.int64)
