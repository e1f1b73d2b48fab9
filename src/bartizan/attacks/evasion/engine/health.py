"""Looks at a model before the search and at a result after it: is the search being fooled, and by what?

The checks of Carlini et al., On evaluating adversarial robustness, arXiv:1902.06705, as far as a program can make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.projections import Bounds, Norm
from bartizan.numerics.seeds import child, streams

from ..sampling import noisy
from ..squares import margin_of_logits, square_search
from .jobs import EVERYONE, Job, stage
from .model import Logits, checked, looks_like_probabilities
from .search import Found, search
from .straight_through import bridged
from .within import search_within

if TYPE_CHECKING:
    import torch

FEW = 64
NOTEWORTHY = 0.01
NOISE_DRAWS = 50
SQUARES = 300
DRAWS = 8
"""Answers averaged over for a model that answers at random (expectation over transformation)."""


@dataclass
class Checked:
    """A model ready to be searched: probabilities undone, randomness averaged, dead layers bridged."""

    logits: Logits
    flags: list[Flag] = field(default_factory=list)
    handles: list[Any] = field(default_factory=list)
    dead: bool = False

    @classmethod
    def plain(cls, model: Any) -> Checked:
        """The model as it is, unexamined."""
        return cls(Logits(model))

    def close(self) -> None:
        """Take the hooks out of the model again."""
        for handle in self.handles:
            handle.remove()


def examined(model: Any, x: Array, y: Labels, device: str) -> Checked:
    """Ask `model` a few of `x` and put right what can be: each remedy leaves a flag. Raises `ModelError`."""
    import torch

    few = torch.from_numpy(np.ascontiguousarray(x[:FEW])).to(device)
    with torch.no_grad(), _watching_for_optimisation() as optimises:
        one, two = (checked(model(few), len(few), int(y.max()) + 1) for _ in range(2))
    made = Checked(Logits(model))
    if optimises:
        made.flags.append(Flag(id="optimises_inside", detail="the model takes gradients of its own while it answers"))
    if looks_like_probabilities(one):
        made.logits.probabilities = True
        text = "the model returns probabilities; their logarithms were attacked, whose gradients do not fade"
        made.flags.append(Flag(id="softmax_output", detail=text))
    if not torch.allclose(one, two, rtol=1e-4, atol=1e-5):
        made.logits.draws = DRAWS
        text = f"the model answers the same input differently; every answer was averaged over {DRAWS} draws"
        made.flags.append(Flag(id="nondeterministic_model", detail=text))
    _bridge(made, model, few)
    return made


def _bridge(made: Checked, model: Any, few: torch.Tensor) -> None:
    """Where gradients are dead from the start, look for layers to bridge."""
    import torch

    made.dead = dead_share(made.logits, few) > 0.5
    if made.dead and isinstance(model, torch.nn.Module):
        made.handles = bridged(model, few)
        if made.handles:
            made.dead = dead_share(made.logits, few) > 0.5
            text = (
                f"{len(made.handles)} layers let no gradient through and were treated as the identity on the way back"
            )
            made.flags.append(Flag(id="gradients_bridged", detail=text))


def dead_share(logits: Logits, x: torch.Tensor) -> float:
    """Share of the inputs whose logits have a gradient that is zero or not finite."""
    import torch

    x = x.detach().requires_grad_(True)
    z = logits(x)
    if not z.requires_grad:
        return 1.0
    weights = torch.linspace(-1, 1, z.shape[1], device=z.device).expand_as(z)
    g = torch.autograd.grad(z, x, weights, allow_unused=True)[0]
    if g is None:
        return 1.0
    flat = g.flatten(1)
    return float((~torch.isfinite(flat).all(1) | (flat == 0).all(1)).float().mean())


@contextmanager
def _watching_for_optimisation() -> Iterator[list[str]]:
    """Collects calls for gradients that the model makes by itself."""
    import torch

    seen: list[str] = []
    grad, backward = torch.autograd.grad, torch.Tensor.backward

    def watched_grad(*args: Any, **kwargs: Any) -> Any:
        seen.append("grad")
        return grad(*args, **kwargs)

    def watched_backward(*args: Any, **kwargs: Any) -> Any:
        seen.append("backward")
        return backward(*args, **kwargs)  # type: ignore[no-untyped-call]

    torch.autograd.grad, torch.Tensor.backward = watched_grad, watched_backward  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        torch.autograd.grad, torch.Tensor.backward = grad, backward  # type: ignore[method-assign]


@dataclass(frozen=True)
class Doubted:
    """Doubts about a result, and what the checks broke on the way: `rows` of the examples and inputs `x` for them."""

    flags: list[Flag]
    rows: NDArray[np.int64]
    x: Array


def doubts(
    ready: Checked,
    x: Array,
    y: Labels,
    found: Found,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    seed: int,
    device: str,
    batch: int,
) -> Doubted:
    """Ask whether others can do more: noise, many steps, the whole box, and scores alone where gradients are dead."""
    standing = np.flatnonzero(~found.won).astype(np.int64)
    blind = (found.blind > 0) & (found.backwards > 0)
    flags = raised("zero_gradients", int(blind.sum()), len(x), "examples have a gradient that is zero or not finite")
    few = standing[np.linspace(0, max(len(standing) - 1, 0), min(FEW, len(standing))).astype(np.int64)]
    if not len(few):
        return Doubted(flags, few, x[few])
    broken = _Broken.none(x, few)
    fell, point = _by_noise(ready.logits, x[few], y[few], norm, eps, bounds, child(seed, "noise"), device)
    flags += raised("noise_beats_attack", broken.add(few, fell, point), len(few), "examples fell to random noise alone")
    at: dict[str, Any] = {"bounds": bounds, "device": device, "batch": batch, "seed": child(seed, "doubts")}
    more = search_within(ready.logits, x[few], y[few], norm=norm, eps=eps, plan=_LONGER, **at)
    k = broken.add(few, more.won, more.changed)
    flags += raised("not_converged", k, len(few), "examples fell when given many more steps")
    whole = search(ready.logits, x[few], y[few], norm="linf", eps=bounds[1] - bounds[0], plan=_UNBOUNDED, **at)
    held = int((~whole.won).sum())
    if held > NOTEWORTHY * len(few):
        text = f"{held} of {len(few)} examples could not be changed even with the whole range of inputs to move in"
        flags.append(Flag(id="unbounded_not_total", detail=text))
    if (ready.dead or any(f.id in ("zero_gradients", "unbounded_not_total") for f in flags)) and _drawable(x, norm):
        fell, point = _by_squares(ready.logits, x[few], y[few], norm, eps, bounds, child(seed, "squares"), device)
        text = "examples fell to a search by scores alone, which gradients had left standing"
        flags += raised("scores_beat_gradients", broken.add(few, fell, point), len(few), text)
    return Doubted(flags, few[broken.fell], broken.x[broken.fell])


@dataclass
class _Broken:
    """What the checks broke of a few examples: inputs and which."""

    x: Array
    fell: NDArray[np.bool_]

    @classmethod
    def none(cls, x: Array, few: NDArray[np.int64]) -> _Broken:
        return cls(x[few].copy(), np.zeros(len(few), np.bool_))

    def add(self, few: NDArray[np.int64], fell: NDArray[np.bool_], x: Array) -> int:
        new = fell & ~self.fell
        self.x[new], self.fell = x[new], self.fell | fell
        return int(fell.sum())


_LONGER = (stage(EVERYONE, Job("two_phase", 100), Job("margin", 40, start="nearest", first=0.25)),)
_UNBOUNDED = (stage(EVERYONE, Job("two_phase", 20), Job("margin", 40), Job("margin", 20, lead=4)),)


def raised(id: str, k: int, n: int, detail: str) -> list[Flag]:
    """The flag when `k` of `n` is clearly more than a hundredth (95 % interval)."""
    return [Flag(id=id, detail=f"{k} of {n} {detail}")] if n and clopper_pearson(k, n)[0] > NOTEWORTHY else []


def _by_noise(
    logits: Logits, x: Array, y: Labels, norm: Norm, eps: float, bounds: Bounds, seed: int, device: str
) -> tuple[NDArray[np.bool_], Array]:
    """Which examples plain noise in ball and box breaks, and the inputs that did it."""
    import torch

    rng, broken, found = np.random.default_rng(seed), np.zeros(len(x), np.bool_), x.copy()
    for _ in range(NOISE_DRAWS):
        point = noisy(x, norm, eps, bounds, rng)
        with torch.no_grad():
            wrong = logits(torch.from_numpy(point).to(device)).argmax(1).cpu().numpy() != y
        new = wrong & ~broken
        found[new], broken = point[new], broken | wrong
    return broken, found


def _drawable(x: Array, norm: Norm) -> bool:
    return x.ndim == 4 and norm in ("linf", "l2")


def _by_squares(
    logits: Logits, x: Array, y: Labels, norm: Norm, eps: float, bounds: Bounds, seed: int, device: str
) -> tuple[NDArray[np.bool_], Array]:
    """Which examples the Square Attack breaks, and the inputs that did it."""
    import torch

    def margins(points: Array, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        with torch.no_grad():
            return margin_of_logits(logits(torch.from_numpy(points).to(device)).cpu().numpy(), y[rows])

    found = square_search(
        margins, x, np.arange(len(x)), norm=norm, eps=eps, bounds=bounds, steps=SQUARES,
        rngs=streams(seed, "squares", x),
    )  # fmt: skip
    return found.won, found.x
