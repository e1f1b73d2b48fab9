"""APGD with several losses, and the smallest change of every example: evasion by someone who has the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.projections import project, safe_radius
from bartizan.numerics.seeds import child

from .ascent import Climb, apgd
from .bisect import walk_back
from .controls import ball_controls
from .engine.model import Logits
from .engine.shrink import phases_of, shrink_from
from .engine.shrinking import Smallest, Terms
from .gradients import tensors, whitebox, winning
from .hits import Hits
from .params import EvasionParams, worth_testing
from .queries import BATCH, Queries
from .sampling import bounds_of
from .sturdy import settle

if TYPE_CHECKING:
    import torch

Rows = NDArray[np.int64]


class ApgdParams(EvasionParams):
    """runs: the losses, one run each; examples already broken take no part in later runs. The first run starts at the
    example, the others at random points of the ball; every `target` drives to the next most likely class.
    steps: of each run. size_steps: spent on the smallest change afterwards (0: none).
    """

    norm: Literal["linf", "l2"] = "linf"
    steps: int = Field(default=20, ge=1)
    runs: tuple[Literal["ce", "dlr", "margin", "target"], ...] = ("margin", "ce", "target")
    size_steps: int = Field(default=30, ge=0)

    @property
    def goes_beyond(self) -> bool:
        return self.size_steps > 0


EFFORT: dict[Effort, dict[str, Any]] = {
    "quick": {},
    "standard": {"steps": 50, "runs": ("margin", "ce", "dlr", "target", "target", "target"), "size_steps": 60},
    "deep": {"steps": 100, "runs": ("ce", "dlr", "margin", *["target"] * 9, "ce", "margin"), "size_steps": 200},
}
EXAMPLES: dict[Effort, int] = {"quick": 200, "standard": 1000, "deep": 1000}


class Apgd(Attack):
    """See `ascent.apgd` and `engine.shrink` for the mathematics."""

    spec = AttackSpec(
        id="apgd",
        version=5,
        title="Auto-PGD",
        summary="Climbs the loss by its gradient inside the ball, from several starts and with several losses.",
        references=("croce2020",),
        family="evasion",
        threats=("E1",),
        needs=((Capability.LOGITS,), (Capability.WEIGHTS,)),
        makes="perturbed_inputs",
        goal="misclassify",
        harm="robust_error",
        differentiable=True,
        modalities=("image",),
        bounded=True,
        cost_hint="steps × runs forward and backward passes for each example that holds out, and size_steps for each",
    )
    params = ApgdParams

    def run(self, view: View, *, params: ApgdParams, seed: int) -> Artifact:
        hits = Hits(view.probe, params.norm, params.eps)
        main = params.steps * len(params.runs) + len(params.runs)
        queries = whitebox(view, main)
        blind = np.zeros(len(view.probe), np.bool_)
        for batch in range(0, len(view.probe), BATCH):
            rows = np.arange(batch, min(batch + BATCH, len(view.probe)), dtype=np.int64)
            blind[rows] = _within_ball(view, queries, hits, rows, params, seed)
        hits.give_up(queries.spent)
        queries.allow_more(view.left())
        settle(winning(queries, view.probe.y), queries.able, hits, bounds_of(view))
        for batch in range(0, len(view.probe) if params.size_steps else 0, BATCH):
            rows = np.arange(batch, min(batch + BATCH, len(view.probe)), dtype=np.int64)
            _sizes(view, queries, hits, rows, params, seed)
        return hits.artifact(
            zero_gradients=float(blind.mean()) if len(blind) else 0.0,
        )

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        self.check(profile)
        return [
            Proposal(
                params=ApgdParams(norm=norm, eps=eps, **EFFORT[effort]).model_dump(mode="json"),
                examples=EXAMPLES[effort],
                label=f"{norm} {eps:g}",
            )
            for norm, eps in worth_testing(profile, ("linf", "l2"))
        ]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (
            *ball_controls(Capability.LOGITS),
            *ball_controls(Capability.LOGITS, norm="l2")[:2],
            *(ball_controls(Capability.WEIGHTS, norm=norm)[0] for norm in ("linf", "l2")),
        )


def _within_ball(
    view: View, queries: Queries, hits: Hits, batch: Rows, params: ApgdParams, seed: int
) -> NDArray[np.bool_]:
    """Every run of `params`, on those of `batch` still standing. Returns which had no gradient to begin with."""
    import torch

    blind = np.zeros(len(batch), np.bool_)
    ranking: torch.Tensor | None = None
    targets_tried = 0
    for r, loss in enumerate(params.runs):
        standing = np.flatnonzero(~hits.won[batch])
        if not len(standing):
            break
        rows = batch[standing]
        targets_tried += loss == "target"
        target = None
        if loss == "target" and ranking is not None:
            target = ranking[standing, (targets_tried - 1) % ranking.shape[1]]
        generator = torch.Generator().manual_seed(child(seed, "apgd", r, int(batch[0])))
        start = tensors(view.probe, batch)[0]
        if r > 0:  # drawn for the whole batch, so that none depends on how its company fares
            start = random_start(start, params.norm, params.eps, bounds_of(view), generator)
        climb = _one_run(view, queries, rows, params, loss, target, start[standing], generator)
        hits.add(rows[climb.won.numpy()], climb.x[climb.won].numpy(), queries.spent[rows[climb.won.numpy()]])
        if r == 0 and climb.logits is not None:
            blind = climb.blind.numpy()
            y = torch.from_numpy(view.probe.y[rows])
            ranking = climb.logits.scatter(1, y[:, None], float("-inf")).argsort(1, descending=True)[:, :-1]
    return blind


def _one_run(
    view: View,
    queries: Queries,
    rows: Rows,
    params: ApgdParams,
    loss: str,
    target: torch.Tensor | None,
    start: torch.Tensor,
    generator: torch.Generator,
) -> Climb:
    x0, y = tensors(view.probe, rows)
    return apgd(
        queries,
        x0,
        y,
        rows,
        norm=params.norm,
        eps=params.eps,
        bounds=bounds_of(view),
        steps=params.steps,
        loss=loss,
        start=start,
        target=target,
        generator=generator,
        able=queries.able,
    )


def _sizes(view: View, queries: Queries, hits: Hits, rows: Rows, params: ApgdParams, seed: int) -> None:
    """Improve the smallest successful change of `rows`, whatever its size; the last resort is the whole box."""
    import torch

    searched = hits.size[rows] > 0
    phases = phases_of(len(rows), child(seed, "sizes", int(rows[0])))[torch.from_numpy(searched)]
    generator = torch.Generator().manual_seed(child(seed, "sizes", int(rows[0])))
    rows = rows[searched]
    if not len(rows):
        return
    x0, y = tensors(view.probe, rows)
    bounds, able = bounds_of(view), queries.able
    known = Smallest.begin(torch.from_numpy(rows), x0, y, phases)
    terms = Terms(Logits(queries, metered=True), params.norm, bounds, able=able)
    size = torch.from_numpy(hits.size[rows]).to(x0.dtype)
    shrink_from(terms, known, torch.from_numpy(hits.smallest[rows]), size, params.size_steps)
    best, size = known.best, known.size
    found = torch.isfinite(size).numpy()
    hits.add(rows[found], best[torch.from_numpy(found)].numpy())
    lost = np.flatnonzero(~found)
    if len(lost):
        climb = apgd(
            queries, x0[lost], y[lost], rows[lost], norm="linf", eps=bounds[1] - bounds[0], bounds=bounds,
            steps=20, loss="margin", start=x0[lost], generator=generator, able=able,
        )  # fmt: skip
        won = climb.won.numpy()
        hits.add(rows[lost[won]], climb.x[climb.won].numpy())
    rows = rows[np.isfinite(hits.size[rows])]
    near = walk_back(winning(queries, view.probe.y), able, view.probe.x[rows], hits.smallest[rows], rows, 4)
    hits.add(rows, near)


def random_start(
    x0: torch.Tensor, norm: Literal["linf", "l2"], eps: float, bounds: tuple[float, float], generator: torch.Generator
) -> torch.Tensor:
    """Random points of ball and box: uniform in L∞, in a uniform direction at radius `eps` in L2."""
    import torch

    radius = safe_radius(eps, norm, bounds, x0[0].numel())
    if norm == "linf":
        noise = torch.rand(x0.shape, generator=generator, dtype=x0.dtype) * 2 - 1
    else:
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype)
        noise /= noise.flatten(1).norm(dim=1).reshape(-1, *[1] * (x0.ndim - 1))
    moved: torch.Tensor = project(x0 + radius * noise, x0, norm, radius, bounds)
    return moved
