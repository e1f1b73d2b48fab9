"""Unlearning by inverted triggers: look for what sends all inputs to one class, and teach the model to ignore it.

After Zeng et al., I-BAU, ICLR 2022: the same game between one change for many inputs and the model, in rounds, without
their implicit gradient, with changes of three families, and with as many drawn at random: an inversion finds a way in,
not always the one that was planted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Schedule, descend, partly_own
from bartizan.defenses.vetted import OnVetted, proposed
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    import torch

    from bartizan.numerics.inversion.families import Family
    from bartizan.numerics.inversion.moves import Parameters

    Triggers = list[tuple[Family, Parameters]]


class TriggerUnlearningParams(Schedule):
    """share: part of the training data that somebody vetted. rounds: of looking and teaching; steps: of each search;
    kept: rounds whose triggers are taught against. changed: share of the records of a batch that carry a trigger;
    drawn: triggers of each family drawn at random beside the inverted ones, anew in each round. own: part of what a
    record is to be called that is the model's own answer to it without a trigger. patch, shift, warp: sizes, somewhat
    above those that the scan of a model in hand looks for. epochs are of each round."""

    share: float = Field(default=0.2, gt=0, le=1)
    rounds: int = Field(default=8, ge=1)
    steps: int = Field(default=50, ge=1)
    kept: int = Field(default=2, ge=1)
    changed: float = Field(default=0.8, gt=0, le=1)
    drawn: int = Field(default=40, ge=0)
    own: float = Field(default=0.5, ge=0, le=1)
    patch: float = Field(default=0.02, gt=0, le=0.5)
    shift: float = Field(default=0.2, gt=0, le=1)
    warp: float = Field(default=1.25, gt=0)
    epochs: int = Field(default=3, ge=1)
    batch: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)


class TriggerUnlearning(OnVetted):
    """Inverts triggers towards every class and trains on vetted records that carry them under their own labels."""

    spec = DefenseSpec(
        id="trigger_unlearning",
        title="Unlearning inverted triggers",
        version=2,
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
        source = _Triggers(net, target.info.classes, vetted, bounds, params, seed)
        teach(net, source, vetted, params, child(seed, "teach"))

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults, from the effort `standard` on."""
        if profile.bounds is None:
            raise NotApplicable(f"{self.spec.title} needs the bounds of the inputs (load.bounds)")
        return proposed(self, profile, effort)


class _Triggers:
    """The triggers of each round, those of the last few rounds together."""

    def __init__(
        self, net: torch.nn.Module, classes: int, data: Data, bounds: tuple[float, float],
        params: TriggerUnlearningParams, seed: int,
    ) -> None:  # fmt: skip
        from bartizan.numerics.inversion.families import families_of

        self.net, self.data, self.params, self.seed = net, data, params, seed
        self.classes, self.shape = list(range(classes)), data.x.shape[1:]
        sizes = {"patch": params.patch, "shift": params.shift, "warp": params.warp}
        self.families = families_of(self.shape, bounds, **sizes)
        self.inverted: list[Triggers] = []

    def __call__(self, turn: int) -> Triggers:
        """Looked for in the model as it is now."""
        from bartizan.numerics.inversion.drawn import drawn

        self.inverted = [*self.inverted, self._found(child(self.seed, "round", turn))][-self.params.kept :]
        n, seed = self.params.drawn, child(self.seed, "drawn", turn)
        return [t for found in self.inverted for t in found] + (drawn(self.families, self.shape, n, seed) if n else [])

    def _found(self, seed: int) -> Triggers:
        from bartizan.numerics.inversion.invert import Search, answers, clean_margin, invert
        from bartizan.numerics.inversion.questions import targets

        x, y = self.data.x, self.data.y
        unit, asked = clean_margin(answers(self.net, x), y), targets(self.classes)
        search = Search(self.params.steps, batch=12)
        return [(f, invert(self.net, f, asked, x, y, unit, search, child(seed, f.name))) for f in self.families]


def teach(
    net: torch.nn.Module,
    triggers: Callable[[int], Triggers],
    data: Data,
    params: TriggerUnlearningParams,
    seed: int,
) -> None:
    """Train `net` in place on batches a part of which carries triggers of the round, one a record, under what it is to
    be called without."""
    rng = np.random.default_rng(seed)
    rounds: dict[int, Triggers] = {}

    def stamped(x: torch.Tensor, y: torch.Tensor, done: float) -> tuple[torch.Tensor, torch.Tensor]:
        turn = int(done * params.rounds + 1e-9)
        if turn not in rounds:
            rounds.clear()
            rounds[turn] = triggers(turn)
        return _stamped(x, rounds[turn], params.changed, rng), y

    whole = params.model_copy(update={"epochs": params.rounds * params.epochs})
    descend(net, data, whole, seed=seed, altered=stamped, targets=partly_own(net, data, params.own))


def _stamped(x: torch.Tensor, triggers: Triggers, share: float, rng: np.random.Generator) -> torch.Tensor:
    """A `share` of the inputs, each with a trigger of its own choice of all families in turn."""
    import torch

    out = x.clone()
    for rows, (family, p) in zip(_split(rng, len(x), len(triggers), share), triggers, strict=True):
        if len(rows):
            which = torch.from_numpy(rng.integers(len(next(iter(p.values()))), size=len(rows)))
            own = {n: v[which] for n, v in p.items()}
            out[rows] = family.apply(own, x[rows][:, None])[:, 0]
    return out


def _split(rng: np.random.Generator, n: int, parts: int, share: float) -> list[Any]:
    """Rows for each of the `parts`, together a `share` of n."""
    return np.array_split(rng.permutation(n)[: round(share * n)], parts)
