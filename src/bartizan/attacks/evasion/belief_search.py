"""Search guided by a linear belief: evasion by a customer who sees scores or labels and learns a slope from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child, streams

from .bisect import walk_back
from .controls import ball_controls
from .engine.asking import checked_access
from .engine.linear_belief import Prior
from .engine.lockstep import in_lockstep
from .engine.pruning_search import search_by_labels
from .engine.score_search import Search, by_scores
from .engine.steps import Ball
from .hits import Hits
from .params import EvasionParams, within, worth_testing
from .queries import BATCH, Queries
from .sampling import bounds_of
from .squares import margin_of_scores
from .sturdy import free_radius, settle, to_the_edge

Rows = NDArray[np.int64]
HALVINGS = 6


class BeliefSearchParams(EvasionParams):
    """queries: the most spent on an example."""

    queries: int = Field(default=300, ge=3)

    @property
    def goes_beyond(self) -> bool:
        """By scores the search never leaves the ball."""
        return False


QUERIES: dict[Effort, int] = {"quick": 60, "standard": 500, "deep": 1000}
EXAMPLES: dict[Effort, int] = {"quick": 60, "standard": 200, "deep": 300}
SECONDS: dict[Effort, float] = {"quick": 600, "standard": 600, "deep": 3600}


class BeliefSearch(Attack):
    """See `engine.score_search`, `engine.label_search` and `engine.pruning_search` for the mathematics."""

    spec = AttackSpec(
        id="belief_search",
        title="Search guided by a linear belief",
        summary="Learns from every answer how the model slopes, and asks next where it should give way.",
        references=("ilyas2019", "thompson1933"),
        family="evasion",
        threats=("E2",),
        needs=((Capability.SCORES,), (Capability.LABELS,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        modalities=("image",),
        bounded=True,
        cost_hint="up to `queries` forward passes for each example that holds out, and some milliseconds of one's own",
    )
    params = BeliefSearchParams

    def run(self, view: View, *, params: BeliefSearchParams, seed: int) -> Artifact:
        searched = _Searched(view, params)
        first = np.arange(len(view.probe), dtype=np.int64)
        first = first[searched.queries.able(first)]
        margins = searched.ask(view.probe.x[first], first) if len(first) else np.zeros(0)
        margins = np.where(np.isfinite(margins), margins, 1.0)  # any guess will do where the model did not say
        prior = Prior.of(view.probe.x.shape[1:])
        begin = searched.begin(prior, dict(zip(first.tolist(), margins.tolist(), strict=True)), seed)
        in_lockstep(begin, searched.able(first), searched.ask, searched.open_, prior.at_once(BATCH))
        searched.finish()
        return searched.hits.artifact()

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        blind = profile.access.allows(Capability.LABELS)
        if effort == "quick" and blind:
            raise NotApplicable("by labels alone it takes more queries than the effort quick has; see --effort")
        chosen = [
            BeliefSearchParams(norm=norm, eps=eps, queries=QUERIES[effort])
            for norm, eps in worth_testing(profile, ("linf", "l2", "l1", "l0"))
        ]
        return [
            Proposal(
                params=params.model_dump(mode="json"),
                examples=EXAMPLES[effort],
                queries_per_example=within(profile, params.queries + HALVINGS),
                seconds=SECONDS[effort],
                label=f"{params.norm} {params.eps:g}",
            )
            for params in chosen
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        scores, labels = Capability.SCORES, Capability.LABELS
        return (
            *ball_controls(scores, near=0.5, queries=150),
            *(ball_controls(scores, norm=norm, near=0.5, queries=150)[0] for norm in ("l2", "l1", "l0")),
            *ball_controls(labels, near=0.4, queries=150)[:2],
            ball_controls(labels, norm="l2", near=0.5, queries=150)[0],
            *(ball_controls(labels, norm=norm, near=0.2, queries=400)[0] for norm in ("l1", "l0")),
        )


class _Searched:
    """The probe as it is asked about: what fell, what each example may still spend, and its best point so far.

    Margins are below 0 where an input is misread: by scores if they are granted, else ±1 by labels. By scores images
    on 256 levels are searched within a whole number of levels, so that what is found outlasts an image file, and one
    query of each is kept for ε itself (`kept`).
    """

    def __init__(self, view: View, params: BeliefSearchParams) -> None:
        self.view, self.x, self.y, self.bounds = view, view.probe.x, view.probe.y, bounds_of(view)
        self.scored = view.access.allows(Capability.SCORES)
        checked_access("scores" if self.scored else "labels", params.norm, params.queries, BATCH)
        self.queries = Queries.through(view, "scores" if self.scored else "labels", params.queries)
        self.hits = Hits(view.probe, params.norm, params.eps)
        whole = self.scored and params.norm == "linf"
        self.radius = free_radius(self.x, params.eps, self.bounds) if whole else params.eps
        self.ball = Ball.safe(params.norm, self.radius, self.bounds, int(np.prod(self.x.shape[1:])))
        self.kept = int(self.radius < params.eps)
        self.best, self.least = self.x.copy(), np.full(len(self.x), np.inf)

    def ask(self, x: Array, rows: Rows) -> NDArray[np.float64]:
        """Margins of `x`, each spent on another of `rows`."""
        margins = self._margins(x, rows)
        won = margins < 0
        self.hits.add(rows[won], x[won], self.queries.spent[rows[won]])
        lower = margins <= self.least[rows]
        self.best[rows[lower]], self.least[rows[lower]] = x[lower], margins[lower]
        return margins

    def able(self, rows: Rows) -> Rows:
        """Those of `rows` that still stand and can pay."""
        return rows[self.open_(rows)]

    def open_(self, rows: Rows) -> NDArray[np.bool_]:
        """Which of `rows` still stand and can pay."""
        standing = ~self.hits.won[rows] & (self.queries.spent[rows] < self.queries.limit[rows] - self.kept)
        standing[standing] = self.queries.able(rows[standing])
        return np.asarray(standing)

    def begin(self, prior: Prior, clean: dict[int, float], seed: int) -> Callable[[int], Search]:
        """What begins the search for one example; each draws from random numbers of its own."""
        x, ball, rngs = self.x, self.ball, streams(child(seed, "belief_search"), "belief", self.x)
        if self.scored:
            return lambda row: by_scores(x[row], clean[row], ball, prior, rngs[row])
        return lambda row: search_by_labels(x[row], ball, prior, rngs[row])

    def finish(self) -> None:
        """ε itself, successes that outlast an image file, and back along the line from every success."""
        hits, queries = self.hits, self.queries
        if self.kept:
            to_the_edge(self._wins, queries.able, hits, self.best, self.bounds, queries.spent)
        hits.give_up(queries.spent)
        queries.allow_more(self.view.left())
        settle(self._wins, queries.able, hits, self.bounds)
        rows = np.flatnonzero(np.isfinite(hits.size) & (hits.size > 0)).astype(np.int64)
        near = walk_back(self._wins, queries.able, self.x[rows], hits.smallest[rows], rows, HALVINGS)
        hits.add(rows, near)

    def _wins(self, x: Array, rows: Rows) -> NDArray[np.bool_]:
        return np.asarray(self._margins(x, rows) < 0)

    def _margins(self, x: Array, rows: Rows) -> NDArray[np.float64]:
        answers = self.queries.in_parts(x, rows)
        if not self.scored:
            return np.where(answers == self.y[rows], 1.0, -1.0)
        finite = np.isfinite(answers).all(axis=1)
        return np.where(finite, margin_of_scores(np.nan_to_num(answers), self.y[rows]), np.inf)
