"""Settings a model may have been trained with, and networks of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Literal

import numpy as np

from bartizan.attacks.stacked import Recipe

if TYPE_CHECKING:
    import torch

Family = Literal["linear", "dense", "convolutional"]
ATTRIBUTES = ("family", "depth", "width", "decay")


@dataclass(frozen=True)
class Setting:
    """family; depth: hidden layers; width: units of each, or channels of the first convolution; decay: weight decay."""

    family: Family
    depth: int
    width: int
    decay: float = 0.0

    def recipe(self, shape: tuple[int, ...], classes: int, habits: Habits) -> Recipe:
        """How a model of this setting is trained."""
        return Recipe(
            build=lambda: network(self, shape, classes), epochs=habits.epochs, batch=64, optimiser="adam",
            rate=habits.rate, schedule="cosine", decay=self.decay,
        )  # fmt: skip


@dataclass(frozen=True)
class Habits:
    """How long, how fast and on which share of the records a model is trained: what nobody asks about, and what must
    not be taken for the setting. Shadows differ in it, so that a guess does not hang on it."""

    epochs: int
    rate: float
    share: float

    @classmethod
    def drawn(cls, epochs: int, rng: np.random.Generator) -> Habits:
        """A third to three times `epochs`, rates from 10⁻³ to 10⁻², 40 % of the records to all of them."""
        length = epochs * 3 ** rng.uniform(-1, 1)
        return cls(max(1, round(length)), float(10 ** rng.uniform(-3, -2)), float(rng.uniform(0.4, 1)))


def usual(shape: tuple[int, ...]) -> tuple[Setting, ...]:
    """Linear, dense with one to three hidden layers of 16 or 128 units, and for images of 8×8 and more convolutional
    with one or two; each with and without weight decay."""
    decays = (0.0, 1e-2)
    linear = [Setting("linear", 0, 0, d) for d in decays]
    dense = [Setting("dense", n, w, d) for n, w, d in product((1, 2, 3), (16, 128), decays)]
    image = len(shape) == 3 and min(shape[1:]) >= 8
    convolutional = [Setting("convolutional", n, w, d) for n, w, d in product((1, 2), (8,), decays)] if image else []
    return (*linear, *dense, *convolutional)


def network(setting: Setting, shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    """Untrained, from inputs B×shape to logits B×classes."""
    from torch import nn

    if setting.family == "convolutional":
        return nn.Sequential(*_convolutions(setting, shape, classes))
    sizes = [math.prod(shape), *[setting.width] * setting.depth]
    layers: list[nn.Module] = [nn.Flatten()]
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], classes))


def _convolutions(setting: Setting, shape: tuple[int, ...], classes: int) -> list[torch.nn.Module]:
    from torch import nn

    layers: list[nn.Module] = []
    channels, (rows, columns) = shape[0], shape[1:]
    for i in range(setting.depth):
        layers += [nn.Conv2d(channels, setting.width * 2**i, 4, stride=2, padding=1), nn.ReLU()]
        channels, rows, columns = setting.width * 2**i, rows // 2, columns // 2
    return [*layers, nn.Flatten(), nn.Linear(channels * rows * columns, classes)]
