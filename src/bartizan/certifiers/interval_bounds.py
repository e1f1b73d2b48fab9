"""Interval bound propagation: the cheapest proof that no change within ε turns an answer. Gowal et al., 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.certifiers.controls import beyond_radius, no_margin, within_radius
from bartizan.certifiers.network import Network, read
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

if TYPE_CHECKING:
    import torch

Bounds = tuple[float, float]

BATCH = 64
LEAST_MARGIN = 1e-6  # a smaller lead of the logits can vanish in the softmax of float32, and a tie is no answer
UNDECIDED, CERTIFIED, WRONG = 0, 1, 2
EXAMPLES: dict[Effort, int] = {"quick": 200, "standard": 500, "deep": 2000}


class IntervalBoundsParams(Frozen):
    """eps: sizes at which each example gets a verdict; halvings: of the search for its own largest certified size."""

    norm: Literal["linf"] = "linf"
    eps: tuple[float, ...] = Field(default=(0.005, 0.02, 0.1), min_length=1)
    halvings: int = Field(default=14, ge=1, le=40)


class IntervalBounds(Attack):
    """Pushes the box of all inputs within ε through the network, layer by layer, and looks whether the right class
    still leads everywhere. A `no` proves nothing; on networks not trained for it the bounds are loose."""

    spec = AttackSpec(
        id="interval_bounds",
        title="Interval bounds",
        summary="Proves, for single examples, that no change of the inputs within ε in L∞ can change the answer.",
        references=("gowal2018",),
        family="certifiers",
        threats=("E1", "E2", "E3"),
        needs=((Capability.WEIGHTS,),),
        makes="bounds",
        goal="a proof that the answer holds for every input within ε",
        harm="uncertified_share",
        differentiable=True,
        modalities=("image",),
        bounded=True,
        cost_hint="about as many passes through the network as there are halvings, no query",
    )
    params: ClassVar[type[BaseModel]] = IntervalBoundsParams

    def run(self, view: View, *, params: IntervalBoundsParams, seed: int) -> Artifact:
        """eps G, verdict n×G (0 undecided, 1 certified, 2 answered wrongly), certified_eps n."""
        info, probe = view.info, view.probe
        if info.bounds is None:
            raise DataError(f"interval bounds of {info.id} need the bounds of its inputs (load.bounds)")
        network = read(view.weights(), info.input_shape, info.bounds)
        verdict = np.stack([verdicts(network, probe.x, probe.y, e, info.bounds) for e in params.eps], axis=1)
        certified = largest_certified(network, probe.x, probe.y, info.bounds, params.halvings)
        claims = {
            "object": info.digest,
            "norm": params.norm,
            "undecided": [float(v) for v in (verdict == UNDECIDED).mean(axis=0)] if len(probe) else [],
            "arithmetic": "float32, Winograd and FFT convolutions not covered",
        }
        eps = np.asarray(params.eps, np.float64)
        return Artifact("bounds", {"eps": eps, "verdict": verdict, "certified_eps": certified}, claims)

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """At each L∞ size of the profile, and at a fifth and a fiftieth of it, where a proof is likelier."""
        self.check(profile)
        sizes = {e for norm, e in profile.norms if norm == "linf"}
        if not sizes:
            raise NotApplicable("interval bounds speak of L∞ changes, and none is asked about")
        eps = sorted({float(f"{e / part:.4g}") for e in sizes for part in (1, 5, 50)})
        params = self.params.model_validate({"eps": tuple(eps)})
        return [Proposal(params=params.model_dump(mode="json"), examples=EXAMPLES[effort], label="interval bounds")]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        """A linear model, whose exact radius is known: all within it, none beyond it, and none where it is zero."""
        return within_radius(), beyond_radius(), no_margin()


def verdicts(network: Network, x: Array, y: Labels, eps: float, bounds: Bounds) -> NDArray[np.int8]:
    """The verdict on each example of `x` (N×…) for all inputs within `eps` in L∞ and within `bounds`."""
    wrong = ~_certified(network, x, y, np.zeros(len(x)), bounds)
    proven = _certified(network, x, y, np.full(len(x), eps), bounds)
    return np.where(proven, CERTIFIED, np.where(wrong, WRONG, UNDECIDED)).astype(np.int8)


def largest_certified(network: Network, x: Array, y: Labels, bounds: Bounds, halvings: int) -> NDArray[np.float64]:
    """The largest ε proven for each example, by bisection from 0 to the whole range; every value returned is one
    that was proven, or 0."""
    low, high = np.zeros(len(x)), np.full(len(x), bounds[1] - bounds[0])
    low = np.where(_certified(network, x, y, high, bounds), high, low)
    for _ in range(halvings):
        middle = (low + high) / 2
        proven = _certified(network, x, y, middle, bounds)
        low, high = np.where(proven, middle, low), np.where(proven, high, middle)
    return low


def _certified(network: Network, x: Array, y: Labels, eps: NDArray[np.float64], bounds: Bounds) -> NDArray[np.bool_]:
    """Whether class y leads by more than nothing on the whole box of radius `eps[i]` around each example."""
    import torch

    proven = np.zeros(len(x), np.bool_)
    with torch.no_grad():
        for i in range(0, len(x), BATCH):
            part = slice(i, i + BATCH)
            box = _box(torch.from_numpy(x[part]).double(), torch.from_numpy(eps[part]), bounds)
            margins = network.margins(box, torch.from_numpy(y[part]))
            proven[part] = (margins.min(dim=1).values > LEAST_MARGIN).numpy()
    return proven


def _box(x: torch.Tensor, eps: torch.Tensor, bounds: Bounds) -> tuple[torch.Tensor, torch.Tensor]:
    radius = eps.view(-1, *[1] * (x.dim() - 1))
    return (x - radius).clamp(*bounds), (x + radius).clamp(*bounds)
