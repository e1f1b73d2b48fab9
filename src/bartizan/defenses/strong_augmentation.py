"""Strong augmentation: train on mixed, cut and moved records, so that a trigger or a crafted record loses its hold.

Borgnia et al., Strong data augmentation sanitizes poisoning and backdoor attacks without an accuracy tradeoff, ICASSP
2021; mixing by Zhang et al., ICLR 2018; cutting by DeVries and Taylor, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.afresh import forget, too_long_for
from bartizan.defenses.tuning import Arrays, Schedule, Tuning, descend

if TYPE_CHECKING:
    import torch

EPOCHS: dict[Effort, int] = {"quick": 15, "standard": 30, "deep": 60}


class StrongAugmentationParams(Schedule):
    """mixed: share of the batches whose records are mixed with others, label and all, by a share drawn from
    Beta(`alpha`, `alpha`). Of images: moved: the furthest a picture is moved, as a share of its side; cut: side of the
    square that is put out, as a share of the picture's; flipped: share of the pictures turned left to right, for
    pictures that mean the same then (of digits and letters none do). Of tables: noise, as a share of each column's
    spread."""

    mixed: float = Field(default=0.5, ge=0, le=1)
    alpha: float = Field(default=1.0, gt=0)
    moved: float = Field(default=0.08, ge=0, le=0.5)
    cut: float = Field(default=0.4, ge=0, lt=1)
    flipped: float = Field(default=0.0, ge=0, le=1)
    noise: float = Field(default=0.1, ge=0)
    epochs: int = Field(default=30, ge=1)
    batch: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=3e-3, gt=0)


class StrongAugmentation(Tuning):
    """Trains the target's architecture from the start on records that never look the same twice."""

    spec = DefenseSpec(
        id="strong_augmentation",
        title="Strong augmentation",
        summary="Trains again on records that are mixed, cut and moved, so that no small detail decides.",
        references=("borgnia2021",),
        defence="DF31",
        counters=("P2", "B1"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = StrongAugmentationParams

    def tune(
        self, net: torch.nn.Module, target: Target, data: Data, *, params: StrongAugmentationParams, seed: int
    ) -> Arrays:
        import torch
        from torch.nn import functional as F

        forget(net, seed=seed, title=self.spec.title)
        rng = np.random.default_rng(seed)
        spread = torch.from_numpy(data.x.std(axis=0))
        change = _of_pictures(params, rng) if data.x.ndim == 4 else _of_rows(params, spread, rng)

        def altered(x: torch.Tensor, y: torch.Tensor, done: float) -> tuple[torch.Tensor, torch.Tensor]:
            return mixed(change(x), y, params, rng)

        targets = F.one_hot(torch.from_numpy(data.y), target.info.classes).float()
        descend(net, data, params, seed=seed, altered=altered, targets=targets)
        return {}

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """More epochs at more effort; nothing at the effort `quick`."""
        self.needs_gradients(profile)
        too_long_for(effort, self.spec.title)
        return StrongAugmentationParams(epochs=EPOCHS[effort]).model_dump(mode="json")


def mixed(
    x: torch.Tensor, y: torch.Tensor, params: StrongAugmentationParams, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch, or each of its records mixed with another one, and their labels (N×K) likewise."""
    import torch

    if rng.random() >= params.mixed:
        return x, y
    other = torch.from_numpy(rng.permutation(len(x)))
    weight = torch.from_numpy(rng.beta(params.alpha, params.alpha, len(x)).astype(np.float32))
    of_x = weight.view(-1, *[1] * (x.dim() - 1))
    return of_x * x + (1 - of_x) * x[other], weight[:, None] * y + (1 - weight[:, None]) * y[other]


def _of_pictures(params: StrongAugmentationParams, rng: np.random.Generator) -> Any:
    def change(x: torch.Tensor) -> torch.Tensor:
        return cut_out(moved(flipped(x, params.flipped, rng), params.moved, rng), params.cut, rng)

    return change


def _of_rows(params: StrongAugmentationParams, spread: torch.Tensor, rng: np.random.Generator) -> Any:
    import torch

    def change(x: torch.Tensor) -> torch.Tensor:
        drawn = rng.standard_normal(tuple(x.shape)).astype(np.float32)
        return x + params.noise * spread * torch.from_numpy(drawn)

    return change


def flipped(x: torch.Tensor, share: float, rng: np.random.Generator) -> torch.Tensor:
    """About this share of the pictures N×C×H×W turned left to right."""
    import torch

    if share == 0:
        return x
    turned = torch.from_numpy(rng.random(len(x)) < share)
    return torch.where(turned.view(-1, 1, 1, 1), x.flip(3), x)


def moved(x: torch.Tensor, share: float, rng: np.random.Generator) -> torch.Tensor:
    """Each picture moved by its own whole number of pixels along either side; what comes in is the edge repeated."""
    import torch

    places = []
    for side in x.shape[2:]:
        most = round(share * side)
        by = rng.integers(-most, most + 1, size=(len(x), 1))
        places.append(torch.from_numpy(np.clip(np.arange(side) + by, 0, side - 1)))
    rows, columns = places
    n, c = torch.arange(len(x)).view(-1, 1, 1, 1), torch.arange(x.shape[1]).view(1, -1, 1, 1)
    return x[n, c, rows[:, None, :, None], columns[:, None, None, :]]


def cut_out(x: torch.Tensor, share: float, rng: np.random.Generator) -> torch.Tensor:
    """Each picture with a square of this share of its side put to the picture's mean, at a place of its own."""
    import torch

    inside = []
    for side in x.shape[2:]:
        start = rng.integers(0, side, size=(len(x), 1)) - round(share * side) // 2
        at = np.arange(side)
        inside.append(torch.from_numpy((at >= start) & (at < start + round(share * side))))
    square = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return torch.where(square, x.mean(dim=(1, 2, 3), keepdim=True), x)
