"""RMIA: membership by comparing a record's likelihood ratio with those of the population."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.privacy.controls import membership_controls
from bartizan.attacks.privacy.game import UNKNOWN, affordable, membership_proposal
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View, reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.membership import Mask, Scores, reference_mean, rmia, true_class


class RmiaParams(Frozen):
    """references: models of the adversary's own. gamma: by how much a record must beat a population point.

    offline_a: the slope a of p_in = a·p_out + (1 − a), used only where there is a single reference.
    population: how many of the adversary's own records serve as population points. fpr: the rate it is judged at.
    γ = 1 and not the paper's 2: the order of the records is the same, and fewer of them are tied.
    """

    references: int = Field(default=4, ge=1)
    gamma: float = Field(default=1.0, gt=0)
    offline_a: float = Field(default=0.3, gt=0, le=1)
    population: int = Field(default=1000, ge=1)
    fpr: float = Field(default=0.01, gt=0, lt=1)


class Rmia(Attack):
    """Trains a few references on random halves of all candidates and population, then asks the target once a record."""

    spec = AttackSpec(
        id="rmia",
        version=2,
        title="Robust membership inference (RMIA)",
        summary="Compares the target's confidence in a record with that of reference models, and with other records.",
        references=("zarifzadeh2024",),
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
    params = RmiaParams

    def run(self, view: View, *, params: RmiaParams, seed: int) -> Artifact:
        """Arrays: `scores`, one a probe example, high for members. Raises `DataError` without population data."""
        population = view.auxiliary.take(slice(0, params.population))
        if not len(population):
            raise DataError("RMIA needs records of the adversary's own as population; give the model a test set")
        n = affordable(view, reserved=len(population))
        scores = np.full(len(view.probe), UNKNOWN)
        asked = view.probe.take(slice(0, n))
        if n:
            p, z = self._ask(view, asked, population)
            mean = self._references(view, asked.join(population), params, seed)
            scores[:n] = rmia(p, mean[:n], z, mean[n:], gamma=params.gamma)
        claims = {"references": params.references}
        return Artifact(kind="membership_scores", arrays={"scores": scores}, claims=claims)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """4 and 8 references (standard), 8 and 16 (deep)."""
        self.check(profile)
        if effort == "quick":
            raise NotApplicable("its score is part of membership_fusion, which the effort quick tries; see --effort")
        counts = {"standard": (4, 8), "deep": (8, 16)}[effort]
        population = RmiaParams().population
        if profile.queries is not None:
            population = max(min(population, profile.queries // 4), 1)
        every = [RmiaParams(references=k, population=population, fpr=profile.fpr) for k in counts]
        return [membership_proposal(profile, p.model_dump(mode="json"), effort, shared=p.population) for p in every]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = RmiaParams(fpr=0.05, population=400).model_dump(mode="json")
        return membership_controls(params, (Capability.SCORES, Capability.RECIPE), shared=400)

    def _ask(self, view: View, asked: Data, population: Data) -> tuple[Scores, Scores]:
        p = true_class(view.scores(asked.x, np.arange(len(asked))), asked.y)
        return p, true_class(view.scores(population.x), population.y)

    def _references(self, view: View, points: Data, params: RmiaParams, seed: int) -> Scores:
        """Mean true-class probability of every point; references are seen as the interface would show them."""
        inside = membership_masks(params.references, len(points), seed)
        p = np.empty(inside.shape)
        for m, chosen in enumerate(inside):
            reference = view.train(points.x[chosen], points.y[chosen], seed=reference_seed(seed, m))
            p[m] = true_class(reduce_output(reference.scores(points.x), view.access.output), points.y)
        return reference_mean(p, inside, params.offline_a)


def membership_masks(models: int, points: int, seed: int) -> Mask:
    """M×N: a fair coin for each model and point, thrown again for a point that all models or none would have seen.

    The coins know nothing of the target's own training set, so that no count can tell members from others.
    """
    rng = np.random.default_rng((seed, 1))
    coins: NDArray[np.bool_] = rng.random((models, points)) < 0.5
    while models > 1 and (again := coins.all(axis=0) | ~coins.any(axis=0)).any():
        coins[:, again] = rng.random((models, int(again.sum()))) < 0.5
    return coins


def reference_seed(seed: int, model: int) -> int:
    """The training seed of a reference: far from the small numbers people give their own models."""
    return int(np.random.SeedSequence((seed, 2, model)).generate_state(1)[0]) >> 1
