"""One look at a model: its maximum margins and its inverted triggers. Nothing is decided here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data
from bartizan.core.target import TargetInfo
from bartizan.numerics.inversion.invert import Model, Tried, answers, clean_margin, tried

from .beside import Beside, beside_students
from .extremes import Margins, climbed, largest, reached, without_unit
from .gather import gathered, questions_in
from .settings import ScanSettings

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Look:
    """margins: largest of each class (K), in mean clean margins where there were clean samples, else in their own
    median. unit: the mean clean margin, None without clean samples. tried: every inverted trigger, on held-out inputs.
    table: whether inputs are rows rather than pictures. beside: its students; alone: why there are
    none, where some were asked for. seconds: clock."""

    margins: Margins
    unit: float | None
    tried: tuple[Tried, ...]
    seconds: float = 0.0
    table: bool = False
    beside: Beside | None = None
    alone: str = ""

    def with_students(self, found: Beside | str) -> Look:
        """The same, beside students or alone."""
        return replace(self, alone=found) if isinstance(found, str) else replace(self, beside=found)

    def statistics(self) -> dict[str, float]:
        """One number for each question and family, and for the margin of each class; large is suspicious."""
        margins = {f"margin of class {c}": float(m) for c, m in enumerate(self.margins)}
        return margins | {t.name: t.push for t in self.tried}


def look(
    model: Model, info: TargetInfo, clean: Data | None, settings: ScanSettings, seed: int,
    net: torch.nn.Module | None = None,
) -> Look:  # fmt: skip
    """clean: samples whose first half is looked at and whose second half is held out. info: shape, classes, bounds.
    net: whose build students are to have; None: no students."""
    start = time.perf_counter()
    if clean is None:
        margins = without_unit(largest(model, *climbed(model, info, settings, seed)))
        return Look(margins, None, (), time.perf_counter() - start)
    unit, half = clean_margin(answers(model, clean.x), clean.y), len(clean) // 2
    own, held_out = clean.take(slice(0, half)), clean.take(slice(half, None))
    arrays = gathered(model, info, own, settings, seed, unit)
    margins = largest(model, *reached(arrays)) / unit
    found = weighed(model, info, arrays, settings, held_out, unit)
    seen = Look(margins, unit, found, table=len(info.input_shape) != 3)
    if net is not None and settings.students:
        seen = seen.with_students(beside_students(net, model, info, own, held_out, settings, seed))
    return replace(seen, seconds=time.perf_counter() - start)


def weighed(
    model: Model, info: TargetInfo, arrays: Mapping[str, NDArray[np.generic]], settings: ScanSettings, held_out: Data,
    unit: float,
) -> tuple[Tried, ...]:  # fmt: skip
    """Every trigger handed in, on inputs the search did not see.

    Each is brought into the size of its family first, so that nobody gains by a larger one.
    """
    import torch

    found: list[Tried] = []
    for family in settings.families(info.input_shape, info.bounds or (0.0, 1.0)):
        for asked, questions in questions_in(arrays).items():
            prefix = f"{asked}{family.name}."
            own = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
            p = {n: torch.from_numpy(np.nan_to_num(np.asarray(a, np.float32))) for n, a in own.items()}
            if p and questions:
                family.settle(p)
                found += tried(model, family, p, questions, held_out.x, held_out.y, unit)
    return tuple(found)
