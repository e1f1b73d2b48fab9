"""RayS: evasion by a customer who sees labels only."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.projections import safe_radius

from .bisect import walk_back
from .controls import ball_controls
from .hits import Hits
from .params import EvasionParams, within, worth_testing
from .queries import Queries
from .ray_search import RaySearch
from .sampling import bounds_of
from .sturdy import settle

Rows = NDArray[np.int64]
HALVINGS = 6


class RaysParams(EvasionParams):
    """queries: the most spent on an example. on: keep looking for smaller changes after success, while they last."""

    norm: Literal["linf"] = "linf"
    queries: int = Field(default=400, ge=2)
    on: bool = False


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {},
    "standard": {"queries": 4000},
    "deep": {"queries": 20_000, "on": True},
}
EXAMPLES: dict[Effort, int] = {"quick": 100, "standard": 300, "deep": 1000}


class Rays(Attack):
    """See `ray_search.RaySearch` for the mathematics."""

    spec = AttackSpec(
        id="rays",
        version=2,
        title="RayS",
        summary="Searches rays of plus and minus one for the nearest decision boundary, with labels alone.",
        references=("chen2020rays",),
        family="evasion",
        threats=("E2",),
        needs=((Capability.LABELS,), (Capability.SCORES,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        modalities=("image",),
        bounded=True,
        cost_hint="up to `queries` forward passes for each example that holds out",
    )
    params = RaysParams

    def run(self, view: View, *, params: RaysParams, seed: int) -> Artifact:
        hits, y = Hits(view.probe, params.norm, params.eps), view.probe.y
        queries = Queries.through(view, "labels", params.queries)

        def wins(x: NDArray[np.float32], rows: Rows) -> NDArray[np.bool_]:
            won = queries.in_parts(x, rows) != y[rows]
            hits.add(rows[won], x[won], queries.spent[rows[won]])
            return np.asarray(won)

        first = np.flatnonzero(queries.able(np.arange(len(y)))).astype(np.int64)
        if len(first):
            wins(view.probe.x[first], first)
        bounds = bounds_of(view)
        radius = safe_radius(params.eps, "linf", bounds, 1)
        search = RaySearch(view.probe.x, bounds, radius)
        while True:
            open_ = (hits.size > 0) if params.on else ~hits.won
            rows = np.flatnonzero(open_).astype(np.int64)
            rows = rows[queries.able(rows)]
            if not len(rows):
                break
            search.step(wins, queries.able, rows)
        hits.give_up(queries.spent)
        queries.allow_more(view.left())
        settle(wins, queries.able, hits, bounds)
        rows = np.flatnonzero(np.isfinite(hits.size) & (hits.size > 0)).astype(np.int64)
        near = walk_back(wins, queries.able, view.probe.x[rows], hits.smallest[rows], rows, HALVINGS)
        hits.add(rows, near)
        return hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        proposals = []
        for norm, eps in worth_testing(profile, ("linf",)):
            params = RaysParams(norm="linf", eps=eps, **EFFORT[effort])
            proposals.append(
                Proposal(
                    params=params.model_dump(mode="json"),
                    examples=EXAMPLES[effort],
                    queries_per_example=within(profile, params.queries + HALVINGS),
                    label=f"{norm} {eps:g}",
                )
            )
        return proposals

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        scored = ball_controls(Capability.SCORES, near=0.6, queries=400)[0]
        return (*ball_controls(Capability.LABELS, near=0.6, queries=400), scored)
