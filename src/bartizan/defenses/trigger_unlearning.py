"""Unlearning by inverted triggers: look for what sends all inputs to one class, and teach the model to ignore it.

After Zeng et al., I-BAU, ICLR 2022: the same game between one change for many inputs and the model, in rounds, without
their implicit gradient and with changes of three families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Schedule, descend
from bartizan.defenses.vetted import OnVetted, proposed
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    import torch

    from bartizan.numerics.inversion.families import Family
    from bartizan.numerics.inversion.moves import Parameters


class TriggerUnlearningParams(Schedule):
    """share: part of the training data that somebody vetted. rounds: of looking and teaching; steps: of each search.
    changed: share of the records of a batch that carry a trigger. patch, shift, warp: sizes, as the scan of a model in
    hand has them. epochs are of each round."""

    share: float = Field(default=0.2, gt=0, le=1)
    rounds: int = Field(default=3, ge=1)
    steps: int = Field(default=50, ge=1)
    changed: float = Field(default=0.5, gt=0, le=1)
    patch: float = Field(default=0.01, gt=0, le=0.5)
    shift: float = Field(default=0.1, gt=0, le=1)
    warp: float = Field(default=1.0, gt=0)
    epochs: int = Field(default=6, ge=1)
    batch: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=5e-3, gt=0)


class TriggerUnlearning(OnVetted):
    """Inverts triggers towards every class and trains on vetted records that carry them under their own labels."""

    spec = DefenseSpec(
        id="trigger_unlearning",
        title="Unlearning inverted triggers",
        summary="Looks for changes that send all inputs to one class, and trains the model to withstand them.",
        references=("zeng2022",),
        defence="DF32",
        counters=("B1", "B2"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = TriggerUnlearningParams

    def mend(
        self, net: torch.nn.Module, target: Target, vetted: Data, *, params: TriggerUnlearningParams, seed: int
    ) -> None:
        bounds = target.info.bounds
        if bounds is None:
            raise DataError(f"unlearning triggers of {target.info.id} needs the bounds of its inputs (load.bounds)")
        for turn in range(params.rounds):
            found = _triggers(net, target.info.classes, vetted, bounds, params, child(seed, "round", turn))
            teach(net, found, vetted, params, child(seed, "teach", turn))

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults, from the effort `standard` on."""
        if profile.bounds is None:
            raise NotApplicable(f"{self.spec.title} needs the bounds of the inputs (load.bounds)")
        return proposed(self, profile, effort)


def _triggers(
    net: torch.nn.Module, classes: int, data: Data, bounds: tuple[float, float], params: TriggerUnlearningParams,
    seed: int,
) -> list[tuple[Family, Parameters]]:  # fmt: skip
    from bartizan.numerics.inversion.families import families_of
    from bartizan.numerics.inversion.invert import Search, answers, clean_margin, invert
    from bartizan.numerics.inversion.questions import targets

    unit, asked = clean_margin(answers(net, data.x), data.y), targets(list(range(classes)))
    families = families_of(data.x.shape[1:], bounds, patch=params.patch, shift=params.shift, warp=params.warp)
    search = Search(params.steps, batch=16)
    return [(f, invert(net, f, asked, data.x, data.y, unit, search, child(seed, f.name))) for f in families]


def teach(
    net: torch.nn.Module,
    triggers: list[tuple[Family, Parameters]],
    data: Data,
    params: TriggerUnlearningParams,
    seed: int,
) -> None:
    """Train `net` in place on batches a part of which carries triggers, drawn anew for each record, under its label."""
    import torch

    rng = np.random.default_rng(seed)

    def stamped(x: torch.Tensor, y: torch.Tensor, done: float) -> torch.Tensor:
        out = x.clone()
        for rows, (family, p) in zip(_split(rng, len(x), len(triggers), params.changed), triggers, strict=True):
            if len(rows):
                which = torch.from_numpy(rng.integers(len(next(iter(p.values()))), size=len(rows)))
                own = {n: v[which] for n, v in p.items()}
                out[rows] = family.apply(own, x[rows][:, None])[:, 0]
        return out

    descend(net, data, params, seed=seed, inputs=stamped)


def _split(rng: np.random.Generator, n: int, parts: int, share: float) -> list[Any]:
    """Rows for each of the `parts`, together a `share` of n."""
    return np.array_split(rng.permutation(n)[: round(share * n)], parts)
