"""The share of a group in the training set, told from a model's answers by models of one's own with either share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.privacy.traits.groups import group_of
from bartizan.attacks.privacy.traits.share_controls import share_controls
from bartizan.attacks.privacy.traits.shares import Distinguisher, drawn, largest_set, normal, two_shares
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View, reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

MODELS = {"standard": 32, "deep": 64}
POINTS = 100
FEWEST = 40
LEAST = 1e-6


class PropertyInferenceParams(Frozen):
    """The group: records with the highest value in `column`, or, where none is named, of the class `of_class`.
    apart: how far the two shares are from each other; models: of one's own, half with each share; size: of their
    training sets, at the most; points: asked of each model."""

    column: str = ""
    of_class: int = Field(default=0, ge=0)
    apart: float = Field(default=0.3, gt=0, lt=0.9)
    models: int = Field(default=32, ge=4)
    size: int = Field(default=500, ge=FEWEST)
    points: int = Field(default=POINTS, ge=1)


class PropertyInference(Attack):
    """Trains models on sets with either share and learns to tell them by their answers to the same inputs."""

    spec = AttackSpec(
        id="property_inference",
        title="Property inference",
        summary="Tells the share of a group in the training set from the model's answers, by models of one's own that "
        "were trained with one share or another.",
        references=("ganju2018",),
        family="privacy",
        threats=("D4",),
        needs=((Capability.SCORES, Capability.RECIPE),),
        game="poison",
        makes="distinguisher",
        goal="tell which share of a group a training set had",
        harm="property_advantage",
        retrainable=True,
        retrainings=48,
        cost_hint="32 or 64 trainings, and 16 of the referee's",
    )
    params = PropertyInferenceParams

    def run(self, view: View, *, params: PropertyInferenceParams, seed: int) -> Artifact:
        """Arrays: `points` to ask about; `mean`, `spread` and `weights` of the distinguisher; `shares` and `size` of
        the sets it was learnt on. Raises `NotApplicable` without enough records of the group or of others."""
        own = view.auxiliary
        group = group_of(own, params.column, params.of_class)
        shares = two_shares(group, params.apart)
        size = largest_set(group, shares, params.size)
        if size < FEWEST:
            raise NotApplicable(
                f"the adversary owns {int(group.sum())} records of the group and {int((~group).sum())} others, too few "
                f"to train on {FEWEST} with shares {shares[0]:.2f} and {shares[1]:.2f}"
            )
        limit = view.budget.queries
        points = view.probe.x[: params.points if limit is None else min(params.points, limit)]
        answers, which = [], np.arange(params.models) % 2
        for m in range(params.models):
            rows = drawn(group, np.ones(len(own), np.bool_), shares[which[m]], size, child(seed, "set", m))
            model = view.train(own.x[rows], own.y[rows], seed=child(seed, "model", m))
            answers.append(normal(np.log(np.maximum(reduce_output(model.scores(points), view.access.output), LEAST))))
        tells = Distinguisher.fitted(np.stack(answers), which)
        said = float(tells(normal(np.log(np.maximum(view.scores(points), LEAST)))[None])[0])
        arrays: dict[str, NDArray[np.generic]] = {
            "points": points, "mean": tells.mean, "spread": tells.spread, "weights": tells.weights,
            "shares": np.array(shares), "size": np.array([size]),
        }  # fmt: skip
        return Artifact("distinguisher", arrays, {"probability_of_the_higher_share": said})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """The first sensitive column, or else the first class that the use case names; more columns when deep."""
        self.check(profile)
        if effort == "quick":
            raise NotApplicable("it trains dozens of models; this effort leaves it out, see --effort standard")
        points = POINTS if profile.queries is None else min(POINTS, profile.queries)
        if points < 1:
            raise NotApplicable("the interface lets an actor ask nothing")
        columns = [c.name for c in profile.sensitive[: 1 if effort == "standard" else 4]]
        of_class = next(iter(profile.positive_classes), 0)
        every: list[dict[str, Any]] = [{"column": c} for c in columns] or [{"of_class": of_class}]
        return [
            Proposal(
                params=PropertyInferenceParams(models=MODELS[effort], points=points, **p).model_dump(mode="json"),
                examples=points, queries=points, seconds=1800.0, label=str(p.get("column", "")),
            )
            for p in every
        ]  # fmt: skip

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return share_controls(PropertyInferenceParams(models=16, points=50).model_dump(mode="json"))
