"""Square Attack: evasion by a customer who sees scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child, streams

from .bisect import walk_back
from .controls import ball_controls
from .hits import Hits
from .params import EvasionParams, within, worth_testing
from .queries import Queries
from .sampling import bounds_of
from .squares import margin_of_scores, square_search
from .sturdy import free_radius, settle, to_the_edge

Rows = NDArray[np.int64]
HALVINGS = 6


class SquareParams(EvasionParams):
    """queries: the most spent on an example at ε. wider: spent at each of 2ε, 4ε … on those that held out, for the
    curve of sizes (0: none)."""

    norm: Literal["linf", "l2"] = "linf"
    queries: int = Field(default=300, ge=3)
    wider: int = Field(default=20, ge=0)


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {},
    "standard": {"queries": 2500, "wider": 100},
    "deep": {"queries": 10_000, "wider": 500},
}
EXAMPLES: dict[Effort, int] = {"quick": 100, "standard": 500, "deep": 1000}


class Square(Attack):
    """See `squares.square_search` for the mathematics."""

    spec = AttackSpec(
        id="square",
        version=4,
        title="Square Attack",
        summary="Random search over squares of the image, guided by the scores alone.",
        references=("andriushchenko2020",),
        family="evasion",
        threats=("E2",),
        needs=((Capability.SCORES,),),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        modalities=("image",),
        bounded=True,
        cost_hint="up to `queries` forward passes for each example that holds out",
    )
    params = SquareParams

    def run(self, view: View, *, params: SquareParams, seed: int) -> Artifact:
        hits = Hits(view.probe, params.norm, params.eps)
        queries = Queries.through(view, "scores", params.queries)
        _clean(view, queries, hits)
        first = params.eps if params.norm == "l2" else free_radius(view.probe.x, params.eps, bounds_of(view))
        last = _search(view, queries, hits, params, first, params.queries - 2, child(seed, "square"), tries=True)
        if first < params.eps:
            to_the_edge(_winning(view, queries), queries.able, hits, last, bounds_of(view), queries.spent)
        hits.give_up(queries.spent)
        queries.allow_more(view.left())
        settle(_winning(view, queries), queries.able, hits, bounds_of(view))
        _sizes(view, queries, hits, params, seed)
        return hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        chosen = EFFORT[effort]
        proposals = []
        for norm, eps in worth_testing(profile, ("linf", "l2")):
            params = SquareParams(norm=norm, eps=eps, **chosen)
            wanted = params.queries + 8 * params.wider + HALVINGS
            proposals.append(
                Proposal(
                    params=params.model_dump(mode="json"),
                    examples=EXAMPLES[effort],
                    queries_per_example=within(profile, wanted),
                    label=f"{norm} {eps:g}",
                )
            )
        return proposals

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            *ball_controls(Capability.SCORES, near=0.5, queries=400),
            ball_controls(Capability.SCORES, norm="l2", near=0.5, queries=400)[0],
        )


def _clean(view: View, queries: Queries, hits: Hits) -> None:
    """One query each for the examples as they are: those already misclassified are done."""
    rows = hits.standing[queries.able(hits.standing)]
    if len(rows):
        scores = queries.in_parts(view.probe.x[rows], rows)
        wrong = margin_of_scores(scores, view.probe.y[rows]) < 0
        hits.add(rows[wrong], view.probe.x[rows[wrong]], queries.spent[rows[wrong]])


def _search(
    view: View,
    queries: Queries,
    hits: Hits,
    params: SquareParams,
    eps: float,
    steps: int,
    seed: int,
    *,
    tries: bool = False,
) -> Array:
    """Search at radius `eps` for all without any success so far; `tries` says whether these count. The last points."""
    rows, x, y = np.flatnonzero(np.isinf(hits.size)).astype(np.int64), view.probe.x, view.probe.y

    def margins(x: NDArray[np.float32], of: Rows) -> NDArray[np.float64]:
        return margin_of_scores(queries.in_parts(x, of), y[of])

    found = square_search(
        margins, x[rows], rows, norm=params.norm, eps=eps, bounds=bounds_of(view), steps=steps,
        rngs=streams(seed, "square", x[rows]), able=queries.able,
    )  # fmt: skip
    hits.add(rows[found.won], found.x[found.won], queries.spent[rows[found.won]] if tries else None)
    last = x.copy()
    last[rows] = found.x
    return last


def _sizes(view: View, queries: Queries, hits: Hits, params: SquareParams, seed: int) -> None:
    """Wider and wider balls for those that held out, then back along the line from every success."""
    low, high = bounds_of(view)
    reach = (high - low) * (1.0 if params.norm == "linf" else float(np.sqrt(np.prod(view.info.input_shape))))
    eps = params.eps
    while params.wider and eps < reach:
        eps = min(2 * eps, reach)
        _search(view, queries, hits, params, eps, params.wider, child(seed, "wider", str(eps)))
    rows = np.flatnonzero(np.isfinite(hits.size) & (hits.size > 0)).astype(np.int64)
    wins = _winning(view, queries)
    near = walk_back(wins, queries.able, view.probe.x[rows], hits.smallest[rows], rows, HALVINGS)
    hits.add(rows, near)


def _winning(view: View, queries: Queries) -> Callable[[Array, Rows], NDArray[np.bool_]]:
    """Whether inputs spent on examples are misclassified, by their scores."""
    y = view.probe.y
    return lambda x, of: margin_of_scores(queries.in_parts(x, of), y[of]) < 0
