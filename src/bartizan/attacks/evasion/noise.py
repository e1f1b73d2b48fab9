"""Random noise within the ball: what anyone can do, and the least that a real attack must beat."""

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

from .bisect import walk_back
from .controls import ball_controls
from .hits import Hits
from .params import EvasionParams, within, worth_testing
from .queries import Queries
from .sampling import bounds_of, noisy


class NoiseParams(EvasionParams):
    """draws: how many random points are tried for each example."""

    norm: Literal["linf", "l2", "l1"] = "linf"
    draws: int = Field(default=50, ge=1)


EFFORT: dict[Effort, dict[str, Any]] = {"quick": {"draws": 50}, "standard": {"draws": 500}, "deep": {"draws": 2000}}


class Noise(Attack):
    """Draws points of the ball at random and asks for the label."""

    spec = AttackSpec(
        id="noise",
        version=3,
        title="Random noise",
        summary="Tries random points of the ball; needs no knowledge and no skill.",
        references=("carlini2019",),
        family="evasion",
        threats=("E2",),
        needs=((Capability.LABELS,), (Capability.SCORES,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        modalities=("image",),
        bounded=True,
        baseline=True,
        cost_hint="one query a draw",
    )
    params = NoiseParams

    def run(self, view: View, *, params: NoiseParams, seed: int) -> Artifact:
        hits, y = Hits(view.probe, params.norm, params.eps), view.probe.y
        queries = Queries.through(view, "labels", params.draws + 1)
        rng = np.random.default_rng(child(seed, "noise"))
        for draw in range(params.draws + 1):
            rows = hits.standing[queries.able(hits.standing)]
            if not len(rows):
                break
            x = view.probe.x if draw == 0 else noisy(view.probe.x, params.norm, params.eps, bounds_of(view), rng)
            won = queries.in_parts(x[rows], rows) != y[rows]
            hits.add(rows[won], x[rows[won]], queries.spent[rows[won]])
        hits.give_up(queries.spent)
        queries.allow_more(view.left())
        rows = np.flatnonzero(hits.won & (hits.size > 0)).astype(np.int64)
        near = walk_back(
            lambda x, of: queries.in_parts(x, of) != y[of],
            queries.able,
            view.probe.x[rows],
            hits.smallest[rows],
            rows,
            6,
        )
        hits.add(rows, near)
        return hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        draws = EFFORT[effort]["draws"]
        return [
            Proposal(
                params=NoiseParams(norm=norm, eps=eps, draws=draws).model_dump(mode="json"),
                examples=200,
                queries_per_example=within(profile, draws + 10),
                label=f"{norm} {eps:g}",
            )
            for norm, eps in worth_testing(profile, ("linf", "l2", "l1"))
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        near = {"linf": 0.05, "l2": 0.02}
        return (
            *ball_controls(Capability.LABELS, near=near["linf"], draws=50),
            *(
                ball_controls(what, norm=norm, near=near[norm], draws=50)[0]
                for what, norm in (
                    (Capability.SCORES, "linf"), (Capability.LABELS, "l2"), (Capability.SCORES, "l2"),
                )
            ),
        )  # fmt: skip
