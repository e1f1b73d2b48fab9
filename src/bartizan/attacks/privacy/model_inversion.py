"""Model inversion within a campaign: a picture of each class, drawn by climbing its logit."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.inversion.controls import inversion_controls
from bartizan.attacks.privacy.inversion.invert_model import invert_model
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

STEPS: dict[Effort, int] = {"quick": 100, "standard": 300, "deep": 1000}
PROBE = {"quick": 1000, "standard": 2000, "deep": 10_000}


class ModelInversionParams(Frozen):
    """iterations of the climb; smoothness: weight of the total variation of images; pull: towards the mean of the
    adversary's own records, where the climb starts."""

    iterations: int = Field(default=300, ge=1)
    smoothness: float = Field(default=0.05, ge=0)
    pull: float = Field(default=0.01, ge=0)


class ModelInversion(Attack):
    """Draws the input that the model takes for the essence of each class; whether that shows a record of the training
    set or only an average of the class is for the referee to say."""

    spec = AttackSpec(
        id="model_inversion",
        title="Model inversion",
        summary="Climbs the logit of each class from the mean of the adversary's own records to a picture of it.",
        references=("fredrikson2015",),
        family="privacy",
        threats=("D2",),
        needs=((Capability.LOGITS,), (Capability.WEIGHTS,)),
        game="membership",
        makes="reconstructed_records",
        goal="a picture that shows a record of the training set",
        harm="record_resemblance",
        differentiable=True,
        cost_hint="one pass forward and back for each class and iteration",
    )
    params = ModelInversionParams

    def run(self, view: View, *, params: ModelInversionParams, seed: int) -> Artifact:
        """Arrays: `records`, one for each of `classes`. Fewer iterations where the budget is smaller."""
        info = view.info
        low, high = info.bounds or (float(view.auxiliary.x.min()), float(view.auxiliary.x.max()))
        start = np.clip(view.auxiliary.x.mean(axis=0), low, high)
        white, total = view.access.allows(Capability.WEIGHTS), view.budget.queries
        affordable = params.iterations if white or total is None else total // info.classes - 1
        arrays: dict[str, Any] = {
            "records": np.repeat(start[None], info.classes, axis=0).astype(np.float32),
            "classes": np.arange(info.classes, dtype=np.int64),
        }
        if affordable >= 1:
            drawn = invert_model(
                view.weights() if white else view.logits,
                arrays["classes"],
                shape=info.input_shape,
                bounds=(low, high),
                start=start,
                iterations=min(params.iterations, affordable),
                smoothness=params.smoothness,
                pull=params.pull,
                seed=seed,
            )
            arrays["records"] = drawn.records
        return Artifact(kind="reconstructed_records", arrays=arrays)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """As many iterations as the effort allows, within what the interface lets an actor ask."""
        self.check(profile)
        steps, classes = STEPS[effort], profile.classes or 10
        queries = (steps + 1) * classes
        if profile.queries is not None:
            queries = min(queries, profile.queries)
        params = ModelInversionParams(iterations=steps).model_dump(mode="json")
        return [Proposal(params=params, examples=PROBE[effort], queries=queries)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return inversion_controls(ModelInversionParams(iterations=60).model_dump(mode="json"))
