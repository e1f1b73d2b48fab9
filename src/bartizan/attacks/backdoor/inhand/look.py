"""One look at a model: its maximum margins and its inverted triggers. Nothing is decided here."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.margins import class_margins, maximise_margins, random_starts
from bartizan.numerics.seeds import child

from .families import Family
from .invert import Model, Search, Tried, answers, clean_margin, invert, tried
from .questions import pairs, targets
from .settings import ScanSettings


@dataclass(frozen=True)
class Look:
    """margins: largest of each class (K), in mean clean margins where there were clean samples, else in their own
    median. unit: the mean clean margin, None without clean samples. tried: every inverted trigger, on held-out inputs.
    seconds: clock."""

    margins: NDArray[np.float64]
    unit: float | None
    tried: tuple[Tried, ...]
    seconds: float

    def statistics(self) -> dict[str, float]:
        """One number for each question and family, and for the margin of each class; large is suspicious."""
        margins = {f"margin {c}": float(m) for c, m in enumerate(self.margins)}
        return margins | {f"{t.family}, {t.question}": t.push for t in self.tried}


def look(
    model: Model, classes: int, shape: tuple[int, ...], bounds: tuple[float, float], clean: tuple[Array, Labels] | None,
    settings: ScanSettings, seed: int,
) -> Look:  # fmt: skip
    """clean: samples x (N×…) and classes y; the first half is looked at, the second half held out."""
    start = time.perf_counter()
    margins = maximum_margins(model, classes, shape, bounds, settings, seed)
    if clean is None:
        scale = max(float(np.median(np.abs(margins))), 1e-6)
        return Look(margins / scale, None, (), time.perf_counter() - start)
    x, y = clean
    unit, half = clean_margin(answers(model, x), y), len(y) // 2
    seen, held_out = (x[:half], y[:half]), (x[half:], y[half:])
    found: list[Tried] = []
    for family in settings.families(shape, bounds):
        found += _asked(model, family, classes, seen, held_out, unit, settings, seed)
    return Look(margins / unit, unit, tuple(found), time.perf_counter() - start)


def _asked(
    model: Model, family: Family, classes: int, seen: tuple[Array, Labels], held_out: tuple[Array, Labels],
    unit: float, settings: ScanSettings, seed: int,
) -> list[Tried]:  # fmt: skip
    some = [(targets(classes), Search(settings.steps, settings.batch))]
    if settings.pairs and family.name != "warp":
        some.append((pairs(classes), Search(max(1, settings.steps // 2), max(1, settings.batch // 2))))
    found: list[Tried] = []
    for questions, search in some:
        p = invert(model, family, questions, *seen, unit, search, seed)
        found += tried(model, family, p, questions, *held_out, unit)
    return found


def maximum_margins(
    model: Model, classes: int, shape: tuple[int, ...], bounds: tuple[float, float], settings: ScanSettings, seed: int
) -> NDArray[np.float64]:
    """The largest margin of each class over the whole box, K. Wang et al., MM-BD, S&P 2024."""
    import torch

    goals = torch.arange(classes).repeat_interleave(settings.starts)
    start = torch.from_numpy(random_starts(shape, len(goals), bounds, child(seed, "margins")))
    best = maximise_margins(model, start, goals, bounds=bounds, steps=settings.climbs)
    with torch.no_grad():
        reached = class_margins(model(best), goals).view(classes, settings.starts).max(dim=1).values
    return reached.double().numpy()
