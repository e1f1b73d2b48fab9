"""Families of changes that a trigger can make, each a small set of numbers that gradients can look for.

All take parameters of Q questions at once, and inputs Q×B×… in `bounds`. A family is bounded in size: what is asked is
how many inputs a change of that size turns, not how small one can get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import torch

Parameters = dict[str, "torch.Tensor"]
Name = Literal["patch", "shift", "warp"]
SETTLED = 0.6  # share of the steps after which a patch keeps its place
ROOMY = 8  # times the size of a patch, in which the search for its place begins
HALVINGS = 24


class Family(Protocol):
    """start: parameters Q×…. apply: the changed inputs, Q×B×…. settle: back into the family's size, in place."""

    @property
    def name(self) -> Name: ...

    @property
    def rate(self) -> float: ...

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters: ...

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor: ...

    def settle(self, p: Parameters, done: float) -> None: ...


@dataclass(frozen=True)
class Patch:
    """At most `entries` pixels (columns of a table) overwritten, wherever they lie. Wang et al., Neural Cleanse, S&P
    2019, with the size of the mask bounded rather than weighed."""

    entries: int
    bounds: tuple[float, float]
    name: Name = "patch"
    rate: float = 0.1

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        import torch

        low, high = self.bounds
        place = (1, *shape[1:]) if len(shape) == 3 else shape
        count = _size(place)
        mask = min(1.0, ROOMY * self.entries / count) * (0.5 + torch.rand((n, 1, *place), generator=generator))
        pattern = low + (high - low) * torch.rand((n, 1, *shape), generator=generator)
        return {"mask": mask, "pattern": pattern}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return x + p["mask"] * (p["pattern"] - x)

    def settle(self, p: Parameters, done: float) -> None:
        p["pattern"].clamp_(*self.bounds)
        mask = p["mask"].flatten(1)
        room = self.entries * ROOMY ** max(0.0, 1 - done / SETTLED)
        mask.copy_(_largest(mask, self.entries) if done >= SETTLED else _capped(mask, room))


@dataclass(frozen=True)
class Shift:
    """Any change of all entries within ±`eps`: what a blended image does. Moosavi-Dezfooli et al., CVPR 2017."""

    eps: float
    bounds: tuple[float, float]
    name: Name = "shift"

    @property
    def rate(self) -> float:
        return self.eps / 5

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        import torch

        return {"shift": 0.2 * self.eps * (2 * torch.rand((n, 1, *shape), generator=generator) - 1)}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return (x + p["shift"]).clamp(*self.bounds)

    def settle(self, p: Parameters, done: float) -> None:
        p["shift"].clamp_(-self.eps, self.eps)


@dataclass(frozen=True)
class Warp:
    """A smooth field of displacements from a coarse grid, `pixels` at most along each axis. Nguyen and Tran 2021."""

    pixels: float
    cells: int = 4
    name: Name = "warp"

    @property
    def rate(self) -> float:
        return self.pixels / 8

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        import torch

        return {"flow": 0.5 * self.pixels * (2 * torch.rand((n, 2, self.cells, self.cells), generator=generator) - 1)}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        import torch
        from torch.nn import functional as F

        q, b, c, h, w = x.shape
        scale = torch.tensor([2 / w, 2 / h]).view(1, 2, 1, 1)
        fine = F.interpolate(p["flow"], size=(h, w), mode="bicubic", align_corners=True) * scale
        rest = F.affine_grid(torch.eye(2, 3)[None], [1, 1, h, w], align_corners=False)
        grid = rest + fine.permute(0, 2, 3, 1)
        inputs = x.reshape(q, b * c, h, w)
        return F.grid_sample(inputs, grid, padding_mode="border", align_corners=False).view_as(x)

    def settle(self, p: Parameters, done: float) -> None:
        p["flow"].clamp_(-self.pixels, self.pixels)


def families_of(
    shape: tuple[int, ...], bounds: tuple[float, float], *, patch: float, shift: float, warp: float
) -> list[Family]:
    """Those that make sense for inputs of this shape; a table has no warp.

    patch: share of the pixels (columns); shift: share of the bounds' width; warp: pixels for each 14 of the side.
    """
    entries = _size(shape[1:] if len(shape) == 3 else shape)
    eps = shift * (bounds[1] - bounds[0])
    found: list[Family] = [Patch(max(1, round(patch * entries)), bounds), Shift(eps, bounds)]
    return [*found, Warp(warp * min(shape[1:]) / 14)] if len(shape) == 3 else found


def _size(shape: tuple[int, ...]) -> int:
    n = 1
    for d in shape:
        n *= d
    return n


def _largest(mask: torch.Tensor, k: int) -> torch.Tensor:
    """1 at the k largest of each row, 0 elsewhere."""
    import torch

    kept = mask.topk(min(k, mask.shape[1]), dim=1).indices
    return torch.zeros_like(mask).scatter_(1, kept, 1.0)


def _capped(mask: torch.Tensor, k: float) -> torch.Tensor:
    """The nearest point with entries in [0, 1] that sum to at most k, row by row: all lowered alike, by halving."""
    low, high = mask.new_zeros(len(mask), 1), mask.max(dim=1, keepdim=True).values.clamp_min(0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        over = (mask - middle).clamp(0, 1).sum(dim=1, keepdim=True) > k
        low, high = middle.where(over, low), high.where(over, middle)
    fits = mask.clamp(0, 1).sum(dim=1, keepdim=True) <= k
    return (mask - high.where(~fits, high.new_zeros(()))).clamp(0, 1)
