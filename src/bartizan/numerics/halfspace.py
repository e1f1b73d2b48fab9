"""The smallest change within a box that gains so much by first order: nearest points of a half-space, by norm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .projections import Bounds, Norm

if TYPE_CHECKING:
    import torch

_HALVINGS = 30
_ACTIVE_SETS = 12
_TINY = 1e-30


def nearest_gain(x0: torch.Tensor, g: torch.Tensor, gain: torch.Tensor, norm: Norm, bounds: Bounds) -> torch.Tensor:
    """The δ (N×…) of least `norm` with ⟨g, δ⟩ ≥ `gain` (N) and x0 + δ within `bounds`; all there is where that is less.

    Exact for l1 and l0 (a knapsack), by bisection for linf, by a growing set of coordinates that the box holds for l2.
    The step of Croce and Hein, Minimally distorted adversarial examples with a fast adaptive boundary attack, ICML
    2020, arXiv:1907.02044, from the example itself.
    """
    import torch

    slope, flat = g.flatten(1), x0.flatten(1)
    room = torch.where(slope > 0, bounds[1] - flat, flat - bounds[0]).clamp_min(0)
    steep, gain = slope.abs(), gain.clamp_min(0)[:, None]
    moved = {"linf": _linf, "l2": _l2, "l1": _l1, "l0": _l0}[norm](steep, room, gain)
    return (moved * slope.sign() * (gain > 0)).reshape(x0.shape)


def _linf(steep: torch.Tensor, room: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    import torch

    low, high = torch.zeros_like(gain), room.amax(1, keepdim=True)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = (steep * torch.minimum(room, middle)).sum(1, keepdim=True) >= gain
        low, high = torch.where(enough, low, middle), torch.where(enough, middle, high)
    return torch.minimum(room, high)


def _l2(steep: torch.Tensor, room: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """min(room, t · steep): t grows as more coordinates are held, until it gains enough."""
    import torch

    square = steep * steep
    t = gain / square.sum(1, keepdim=True).clamp_min(_TINY)
    for _ in range(_ACTIVE_SETS):
        free = t * steep < room
        left, per_t = gain - (steep * room * ~free).sum(1, keepdim=True), (square * free).sum(1, keepdim=True)
        t = torch.where(per_t > 0, torch.maximum(t, left / per_t.clamp_min(_TINY)), t)
    return torch.minimum(room, t * steep)


def _l1(steep: torch.Tensor, room: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return _shares(steep, steep * room, gain) * room


def _l0(steep: torch.Tensor, room: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    return _shares(steep * room, steep * room, gain).ceil() * room


def _shares(key: torch.Tensor, worth: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """How much of each coordinate's worth is taken, 0 to 1, in the order of `key`, until `gain` is reached."""
    import torch

    order = key.argsort(1, descending=True)
    sorted_worth = worth.gather(1, order)
    before = sorted_worth.cumsum(1) - sorted_worth
    taken = ((gain - before) / sorted_worth.clamp_min(_TINY)).clamp(0, 1) * (sorted_worth > 0)
    return torch.zeros_like(worth).scatter_(1, order, taken)
