"""Families of changes that a trigger can make, each a small set of numbers that gradients can look for.

All take parameters of Q questions at once, and inputs Q×B×… in `bounds`. A family is bounded in size: what is asked is
how many inputs a change of that size turns, not how small one can get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from .moves import ByAdam, BySwaps, Mover, Parameters, largest

if TYPE_CHECKING:
    import torch

Name = Literal["patch", "shift", "warp"]


class Family(Protocol):
    """start: parameters Q×…. apply: the changed inputs, Q×B×…. settle: back into the family's size, in place.
    mover: moves the parameters `p`; usual: the mean input of each question, Q×…."""

    @property
    def name(self) -> Name: ...

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters: ...

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor: ...

    def settle(self, p: Parameters) -> None: ...

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover: ...


@dataclass(frozen=True)
class Patch:
    """At most `entries` pixels (columns of a table) overwritten, wherever they lie, in all their channels."""

    entries: int
    bounds: tuple[float, float]
    name: Name = "patch"

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        import torch

        place = (1, *shape[1:]) if len(shape) == 3 else shape
        middle = (self.bounds[0] + self.bounds[1]) / 2
        return {"mask": torch.zeros((n, 1, *place)), "pattern": torch.full((n, 1, *shape), middle)}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return x + p["mask"] * (p["pattern"] - x)

    def settle(self, p: Parameters) -> None:
        p["pattern"].clamp_(*self.bounds)
        p["mask"].copy_(largest(p["mask"].flatten(1), self.entries).view_as(p["mask"]))

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover:
        return BySwaps(p, usual, self.entries, self.bounds)


@dataclass(frozen=True)
class Shift:
    """Any change of all entries within ±`eps`: what a blended image does. Moosavi-Dezfooli et al., CVPR 2017."""

    eps: float
    bounds: tuple[float, float]
    name: Name = "shift"

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        import torch

        return {"shift": 0.2 * self.eps * (2 * torch.rand((n, 1, *shape), generator=generator) - 1)}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return (x + p["shift"]).clamp(*self.bounds)

    def settle(self, p: Parameters) -> None:
        p["shift"].clamp_(-self.eps, self.eps)

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover:
        return ByAdam(p, self.apply, self.settle, self.eps / 5)


@dataclass(frozen=True)
class Warp:
    """A smooth field of displacements from a coarse grid, `pixels` at most along each axis. Nguyen and Tran 2021."""

    pixels: float
    cells: int = 4
    name: Name = "warp"

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

    def settle(self, p: Parameters) -> None:
        p["flow"].clamp_(-self.pixels, self.pixels)

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover:
        return ByAdam(p, self.apply, self.settle, self.pixels / 8)


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
