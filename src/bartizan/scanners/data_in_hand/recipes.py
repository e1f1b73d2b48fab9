"""A recipe for data whose own is not known: small, quick, and the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bartizan.attacks.stacked import Recipe

if TYPE_CHECKING:
    import torch

SIDE = 8  # pixels from which on a picture is looked at by convolutions
STEPS = 3000  # of training a model, whatever the number of records, within 8 to 60 epochs
WIDTH = 128


def usual(shape: tuple[int, ...], classes: int, records: int, steps: int = STEPS) -> Recipe:
    """Convolutions for pictures (C×H×W from 8×8 on), else two hidden layers; Adam for about so many steps of 64."""
    epochs = int(np.clip(steps * 64 // max(records, 1), 8, 60))
    picture = len(shape) == 3 and min(shape[1:]) >= SIDE
    return Recipe(
        lambda: _picture(shape, classes) if picture else _row(shape, classes), epochs=epochs, schedule="cosine"
    )


def _row(shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    from torch import nn

    inputs = int(np.prod(shape))
    return nn.Sequential(
        nn.Flatten(), nn.Linear(inputs, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, classes)
    )


def _picture(shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    from torch import nn

    channels, height, width = shape
    rest = 32 * (height // 4) * (width // 4)
    return nn.Sequential(
        nn.Conv2d(channels, 16, 4, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(rest, 64), nn.ReLU(), nn.Linear(64, classes),
    )  # fmt: skip
