"""Evasion of a model that reads tables: change as few features as possible, and only as their rules allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Feature
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

from .feature_moves import candidates, features_of, graft, moves, nearest_first
from .hits import Hits
from .params import within
from .queries import Queries
from .row_search import Asking, Search, beam, drive, graft_and_prune
from .squares import margin_of_scores
from .table_controls import table_controls

Rows = NDArray[np.int64]
USUAL = 2
"""Features that may change where no gate of norm l0 says how many."""


class FeatureSearchParams(Frozen):
    """eps: how many features may be changed. queries: the most spent on an example for that. wider: spent beyond it to
    learn how many features it takes at all. width: rows that each step of the beam goes on from. grafts: rows of the
    adversary's own to start from, where only labels are returned or the beam failed."""

    norm: Literal["l0"] = "l0"
    eps: float = Field(default=USUAL, ge=1)
    queries: int = Field(default=300, ge=2)
    wider: int = Field(default=200, ge=0)
    width: int = Field(default=8, ge=1)
    grafts: int = Field(default=40, ge=0)


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {},
    "standard": {"queries": 2000, "wider": 1000, "width": 20, "grafts": 200},
    "deep": {"queries": 10_000, "wider": 5000, "width": 50, "grafts": 1000},
}
EXAMPLES: dict[Effort, int] = {"quick": 200, "standard": 1000, "deep": 2000}


class FeatureSearch(Attack):
    """See `row_search` for the searches and `constraints` for the rules."""

    spec = AttackSpec(
        id="feature_search",
        version=2,
        title="Feature search",
        summary="Changes as few features as possible, within their rules, until the decision turns.",
        references=(),
        family="evasion",
        threats=("E1", "E2"),
        needs=((Capability.SCORES,), (Capability.LABELS,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        modalities=("tabular",),
        cost_hint="up to `queries` predictions for each row that holds out",
    )
    params: ClassVar[type[BaseModel]] = FeatureSearchParams

    def run(self, view: View, *, params: FeatureSearchParams, seed: int) -> Artifact:
        hits, scored = Hits(view.probe, "l0", params.eps), view.access.allows(Capability.SCORES)
        queries = _margins(view, scored, params.queries)
        features = features_of(view.probe, view.info.bounds)
        own = view.auxiliary.x if len(view.auxiliary) else view.probe.x
        values = [candidates(f, own[:, j]) for j, f in enumerate(features)]
        _clean(queries, hits)
        searches = {
            int(i): Asking(_search(view, int(i), features, values, scored, params, child(seed, "row", int(i))))
            for i in hits.standing
        }
        drive(searches, queries, hits)
        hits.give_up(queries.spent)
        queries.allow_more(np.minimum(view.left(), params.wider))
        drive(searches, queries, hits)
        return hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        asked = list(dict.fromkeys(eps for norm, eps in profile.norms if norm == "l0")) or [float(USUAL)]
        chosen = [FeatureSearchParams(eps=eps, **EFFORT[effort]) for eps in asked]
        return [
            Proposal(
                params=params.model_dump(mode="json"),
                examples=EXAMPLES[effort],
                queries_per_example=within(profile, params.queries + params.wider),
                label=f"{params.eps:g} features",
            )
            for params in chosen
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return table_controls()


def _search(
    view: View,
    i: int,
    features: tuple[Feature, ...],
    values: list[Array],
    scored: bool,
    params: FeatureSearchParams,
    seed: int,
) -> Search:
    """With scores, the beam and then grafts; with labels, single changes, grafts, and what combinations are left."""
    x0, rng = view.probe.x[i], np.random.default_rng(seed)
    possible = moves(x0, features, values)
    most, depth = max(params.queries // 3, 1), int(params.eps)
    if scored:
        yield from beam(x0, possible, depth=depth, width=params.width, most=most, rng=rng)
        yield from graft_and_prune(x0, _grafts(view, i, features, params.grafts, rng), enough=depth + 1, rng=rng)
    else:
        yield from beam(x0, possible, depth=1, width=1, most=most, rng=rng)
        yield from graft_and_prune(x0, _grafts(view, i, features, params.grafts, rng), enough=depth, rng=rng)
        yield from beam(x0, possible, depth=depth, width=most, most=most, rng=rng)


def _grafts(view: View, i: int, features: tuple[Feature, ...], number: int, rng: np.random.Generator) -> Array:
    """Rows of other classes among the adversary's own, grafted onto row `i`: the nearest, and as many at random."""
    x0, own = view.probe.x[i], view.auxiliary
    donors = own.x[own.y != view.probe.y[i]]
    if not len(donors) or not number:
        return np.zeros((0, len(x0)), np.float32)
    rows = np.unique(graft(x0, donors, features), axis=0)
    order = nearest_first(x0, rows)
    near, far = order[: number // 2], order[number // 2 :]
    return np.asarray(rows[[*near, *rng.permutation(far)[: number - len(near)]]], np.float32)


def _margins(view: View, scored: bool, limit: int) -> Queries:
    """Queries answered by margins: of the scores, or ±1 where only labels come back."""
    y = view.probe.y
    ask: Callable[[Array, Rows], NDArray[Any]]
    if scored:
        ask = lambda x, rows: margin_of_scores(view.scores(x, rows), y[rows])  # noqa: E731
    else:
        ask = lambda x, rows: np.where(view.labels(x, rows) == y[rows], 1.0, -1.0)  # noqa: E731
    total = view.budget.queries
    queries = Queries(ask, np.minimum(view.left(), limit))
    queries.total = queries.total if total is None else total - view.meter.queries
    return queries


def _clean(queries: Queries, hits: Hits) -> None:
    """One query each for the rows as they are: those already misclassified are done."""
    rows = hits.standing[queries.able(hits.standing)]
    if len(rows):
        wrong = queries.in_parts(hits.x0[rows], rows) < 0
        hits.add(rows[wrong], hits.x0[rows[wrong]], queries.spent[rows[wrong]])
