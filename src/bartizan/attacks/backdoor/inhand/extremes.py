"""The largest margin of each class: the inputs that a climb reaches, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.target import TargetInfo
from bartizan.numerics.inversion.invert import Model, answers
from bartizan.numerics.margins import class_margins, maximise_margins, random_starts
from bartizan.numerics.seeds import child

from .settings import ScanSettings

Margins = NDArray[np.float64]


def climbed(model: Model, info: TargetInfo, settings: ScanSettings, seed: int) -> tuple[Array, Labels]:
    """The inputs of largest margin met from each start, and the class each was pushed to; no data are used.

    Wang et al., MM-BD, S&P 2024.
    """
    import torch

    bounds = info.bounds or (0.0, 1.0)
    goals = np.repeat(np.arange(info.classes), settings.starts)
    start = random_starts(info.input_shape, len(goals), bounds, child(seed, "margins"))
    best = maximise_margins(
        model, torch.from_numpy(start), torch.from_numpy(goals), bounds=bounds, steps=settings.climbs
    )
    return best.numpy(), goals.astype(np.int64)


def reached(arrays: Mapping[str, NDArray[np.generic]]) -> tuple[Array, Labels]:
    """The inputs of largest margin and their classes, as they were handed in."""
    x = np.ascontiguousarray(arrays["margin_inputs"], np.float32)
    return x, np.asarray(arrays["margin_class"], np.int64)


def largest(model: Model, x: Array, goals: Labels) -> Margins:
    """The largest margin of each class over the inputs handed in, K."""
    import torch

    z = torch.from_numpy(answers(model, x))
    margin = class_margins(z, torch.from_numpy(goals)).double().numpy()
    best = np.full(z.shape[1], -np.inf)
    np.maximum.at(best, goals, margin)
    return best


def without_unit(margins: Margins) -> Margins:
    """Margins in their own median, so that the scale of the logits does not matter."""
    return margins / max(float(np.median(np.abs(margins))), 1e-6)


def nominated(margins: Margins, most: int) -> list[int]:
    """The classes to be asked about: the `most` with the largest margins, in order of their numbers."""
    return sorted(np.argsort(-margins, kind="stable")[:most].tolist())
