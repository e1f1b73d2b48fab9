"""The slot machine as an attack of the campaign: many short, diverse runs by someone who has the model."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

from .controls import ball_controls
from .engine.model import Logits
from .engine.plans import PLANS
from .engine.shrink import FEWEST_STEPS
from .engine.within import SHRUNK, search_within
from .gradients import whitebox, winning
from .hits import Hits
from .params import EvasionParams, worth_testing
from .queries import UNLIMITED
from .sampling import bounds_of
from .sturdy import settle


class ShortRunsParams(EvasionParams):
    """plan: a key of `engine.plans.PLANS`: about 10, 40 or several hundred passes an example; for l0 at most 30, 100 or
    400."""

    plan: Literal["quick", "standard", "deep"] = Field(default="quick")

    @property
    def goes_beyond(self) -> bool:
        return False


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {"plan": "quick"},
    "standard": {"plan": "standard"},
    "deep": {"plan": "deep"},
}
EXAMPLES: dict[Effort, int] = {"quick": 200, "standard": 1000, "deep": 1000}


class ShortRuns(Attack):
    """See `engine.search` and `engine.plans`."""

    spec = AttackSpec(
        id="short_runs",
        version=2,
        title="Ensemble of short gradient runs",
        summary="Many short, diverse runs inside the ball, each on the examples that may still fall to it.",
        references=("croce2020", "tashiro2020"),
        family="evasion",
        threats=("E1",),
        needs=((Capability.LOGITS,), (Capability.WEIGHTS,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        differentiable=True,
        bounded=True,
        modalities=("image",),
        cost_hint="about 10 (quick), 40 (standard) or several hundred (deep) passes forward and back; more but in L∞",
    )
    params = ShortRunsParams

    def run(self, view: View, *, params: ShortRunsParams, seed: int) -> Artifact:
        hits, queries = Hits(view.probe, params.norm, params.eps), whitebox(view)
        affordable = min(int(queries.limit.min(initial=UNLIMITED)), queries.total // max(len(view.probe), 1))
        searched = affordable >= (FEWEST_STEPS if params.norm in SHRUNK else 1)
        if searched:
            found = search_within(
                Logits(queries, metered=True), view.probe.x, view.probe.y, norm=params.norm, eps=params.eps,
                bounds=bounds_of(view), plan=PLANS[params.plan], seed=child(seed, "short_runs"), limit=affordable,
            )  # fmt: skip
            won = np.flatnonzero(found.won)
            hits.add(won, found.changed[won], queries.spent[won])
        hits.give_up(queries.spent)
        settle(winning(queries, view.probe.y), queries.able, hits, bounds_of(view))
        blind = float(((found.blind > 0) & (found.backwards > 0)).mean()) if searched else 0.0
        return hits.artifact(zero_gradients=blind)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return [
            Proposal(
                params=ShortRunsParams(norm=norm, eps=eps, **EFFORT[effort]).model_dump(mode="json"),
                examples=EXAMPLES[effort],
                label=f"{norm} {eps:g}",
            )
            for norm, eps in worth_testing(profile, ("linf", "l2", "l1", "l0"))
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            *ball_controls(Capability.LOGITS),
            *(c for norm in ("l2", "l1", "l0") for c in ball_controls(Capability.LOGITS, norm=norm)[:2]),
            *(ball_controls(Capability.WEIGHTS, norm=norm)[0] for norm in ("linf", "l2", "l1", "l0")),
        )
