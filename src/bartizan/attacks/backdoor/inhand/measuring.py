"""What the referee measures of a model with what a scan brought home, on inputs the scan never saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Roles
from bartizan.core.errors import AccessDenied
from bartizan.core.target import Target
from bartizan.numerics.inversion.invert import Model, answers, clean_margin

from .extremes import Margins, largest, reached, without_unit
from .look import Look, weighed
from .settings import FEWEST_CLEAN, ScanSettings

if TYPE_CHECKING:
    import torch

Valid = NDArray[np.bool_]


def looked(
    subject: Target, roles: Roles, arrays: Mapping[str, NDArray[np.generic]], settings: ScanSettings
) -> tuple[Look, Margins, Valid]:
    """The triggers on the probe, and the margins in the probe's mean clean margin, in the model's own where there are
    too few clean samples; the margins as they were reached; and which of their points lie in the bounds."""
    margins, valid = reached_margins(subject, arrays)
    model, probe = logits_of(subject), roles.probe
    if len(probe) + len(roles.auxiliary) < FEWEST_CLEAN or len(np.unique(probe.y)) < 2:
        return Look(without_unit(margins), None, ()), margins, valid
    unit = clean_margin(answers(model, probe.x), probe.y)
    found = weighed(model, subject.info, arrays, settings, probe, unit)
    return Look(margins / unit, unit, found), margins, valid


def reached_margins(subject: Target, arrays: Mapping[str, NDArray[np.generic]]) -> tuple[Margins, Valid]:
    """The largest margin of each class over the points handed in that lie in the bounds, at least 0; and which do."""
    x, c = reached(arrays)
    low, high = subject.info.bounds or (-np.inf, np.inf)
    flat = x.reshape(len(x), -1)
    valid = np.asarray((np.isfinite(flat) & (flat >= low - 1e-6) & (flat <= high + 1e-6)).all(axis=1), np.bool_)
    best = np.zeros(subject.info.classes)
    if valid.any():
        best = np.maximum(best, np.nan_to_num(largest(logits_of(subject), x[valid], c[valid]), neginf=0.0))
    return best, valid


def logits_of(subject: Target) -> Model:
    """The target's logits, or its weights where it gives none."""

    def logits(x: torch.Tensor) -> torch.Tensor:
        try:
            return subject.logits(x)
        except AccessDenied:
            z: torch.Tensor = subject.weights()(x)
            return z

    return logits
