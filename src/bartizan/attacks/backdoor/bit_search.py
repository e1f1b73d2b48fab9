"""Progressive bit search: the few bits of a model's weights whose flipping does most harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.backdoor.controls import flip_controls
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.bits import Representation, changes, flipped, stored
from bartizan.numerics.faults import tensors_of

if TYPE_CHECKING:
    import torch

Flip = tuple[int, int, int]


class BitSearchParams(Frozen):
    """representation: of the weights in memory. bits: flipped at most; batch: examples whose loss is driven up.

    goal_drop: the loss of accuracy that counts as failure. faults: patterns of random flips set beside the search.
    """

    representation: Representation = "int8"
    bits: int = Field(default=10, ge=1)
    batch: int = Field(default=128, ge=1)
    goal_drop: float = Field(default=0.2, gt=0, le=1)
    faults: int = Field(default=5, ge=1)


class BitSearch(Attack):
    """In each tensor the flip that raises the loss most by its gradient; of these the one that really does."""

    spec = AttackSpec(
        id="bit_search",
        title="Bit flips in the weights (progressive bit search)",
        summary="Finds the few bits in memory that ruin the model, and sets as many random faults beside them.",
        references=("rakin2019",),
        family="backdoor",
        threats=("B3",),
        needs=((Capability.WEIGHTS,),),
        makes="parameters",
        goal="the running model loses accuracy through a few flipped bits",
        harm="accuracy_drop",
        differentiable=True,
        cost_hint="bits × (one backward pass and one forward pass a tensor)",
    )
    params = BitSearchParams

    def run(self, view: View, *, params: BitSearchParams, seed: int) -> Artifact:
        """Arrays: `tensor` (number among the weights of two dimensions and more), `element` and `bit`, in the order in
        which they are flipped."""
        own = view.auxiliary if len(view.auxiliary) else view.probe
        rows = np.random.default_rng(seed).permutation(len(own))[: params.batch]
        flips = searched(view.weights(), own.take(rows), params.representation, params.bits)
        found = np.array(flips, np.int64).reshape(-1, 3)
        arrays: dict[str, NDArray[np.generic]] = {n: found[:, i] for i, n in enumerate(("tensor", "element", "bit"))}
        return Artifact("parameters", arrays, {"bits": len(flips)})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """Ten bits of eight-bit weights (quick); fifty, and ten of 32-bit ones (standard, deep)."""
        self.check(profile)
        if effort == "quick":
            return [Proposal(params=BitSearchParams(bits=10).model_dump(mode="json"), examples=500)]
        chosen = (BitSearchParams(bits=50), BitSearchParams(representation="float32", bits=10))
        return [Proposal(params=p.model_dump(mode="json"), examples=1000, label=p.representation) for p in chosen]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return flip_controls(BitSearchParams(bits=8).model_dump(mode="json"))


def searched(net: torch.nn.Module, data: Data, representation: Representation, bits: int) -> list[Flip]:
    """At most `bits` flips as (tensor, entry, bit), each the best one left; fewer where none raises the loss.

    Rakin, He and Fan, ICCV 2019. The network is left with the flips made.
    """
    import torch

    weights = tensors_of(net)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    original = [w.detach().numpy().copy() for w in weights]
    made: list[Flip] = []
    for w, o in zip(weights, original, strict=True):
        _write(w, stored(o, representation))
    for _ in range(bits):
        best = _best(net, weights, original, made, x, y, representation)
        if best is None:
            break
        made.append(best)
        _write(weights[best[0]], _with(original, made, best[0], representation))
    return made


def _best(
    net: torch.nn.Module, weights: Sequence[torch.Tensor], original: list[NDArray[np.float32]], made: list[Flip],
    x: torch.Tensor, y: torch.Tensor, representation: Representation,
) -> Flip | None:  # fmt: skip
    """The flip whose loss is highest among the most promising ones of all tensors."""
    import torch

    loss = _loss(net, x, y)
    slopes = torch.autograd.grad(loss, weights)
    best, highest = None, loss.item()
    for t, (w, slope) in enumerate(zip(weights, slopes, strict=True)):
        flip = _promising(w, slope, t, made, representation)
        if flip is None:
            continue
        before = w.detach().clone()
        _write(w, _with(original, [*made, flip], t, representation))
        with torch.no_grad():
            reached = _loss(net, x, y).item()
            w.copy_(before)
        if reached > highest:
            best, highest = flip, reached
    return best


def _promising(w: torch.Tensor, slope: torch.Tensor, t: int, made: list[Flip], kind: Representation) -> Flip | None:
    """The flip of tensor `t` that the gradient promises most of, among those not made yet."""
    gain = changes(w.detach().numpy(), kind).astype(np.float64) * slope.numpy().ravel().astype(np.float64)
    gain = np.where(np.isfinite(gain), gain, -np.inf)
    for tensor, element, bit in made:
        if tensor == t:
            gain[bit, element] = -np.inf
    best = divmod(int(gain.argmax()), gain.shape[1])
    return (t, best[1], best[0]) if gain[best] > 0 else None


def _with(original: list[NDArray[np.float32]], flips: list[Flip], t: int, kind: Representation) -> NDArray[np.float32]:
    mine = np.array([f[1:] for f in flips if f[0] == t], np.int64).reshape(-1, 2)
    return flipped(original[t], kind, mine[:, 0], mine[:, 1])


def _write(w: torch.Tensor, values: NDArray[np.float32]) -> None:
    import torch

    with torch.no_grad():
        w.copy_(torch.from_numpy(np.ascontiguousarray(values)))


def _loss(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.nn.functional.cross_entropy(net(x), y)
