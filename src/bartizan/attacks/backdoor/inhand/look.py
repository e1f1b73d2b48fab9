"""One look at a model: its maximum margins and its inverted triggers. Nothing is decided here."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.inversion.families import Family
from bartizan.numerics.inversion.invert import Model, Search, Tried, answers, clean_margin, invert, tried
from bartizan.numerics.inversion.questions import pairs, targets
from bartizan.numerics.margins import class_margins, maximise_margins, random_starts
from bartizan.numerics.seeds import child

from .settings import ScanSettings

Margins = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """margins: largest of each class (K), in mean clean margins where there were clean samples, else in their own
    median. unit: the mean clean margin, None without clean samples. tried: every inverted trigger, on held-out inputs.
    seconds: clock."""

    margins: Margins
    unit: float | None
    tried: tuple[Tried, ...]
    seconds: float = 0.0

    def statistics(self) -> dict[str, float]:
        """One number for each question and family, and for the margin of each class; large is suspicious."""
        margins = {f"margin of class {c}": float(m) for c, m in enumerate(self.margins)}
        return margins | {t.name: t.push for t in self.tried}


def look(
    model: Model, classes: int, shape: tuple[int, ...], bounds: tuple[float, float], clean: tuple[Array, Labels] | None,
    settings: ScanSettings, seed: int,
) -> Look:  # fmt: skip
    """clean: samples x (N×…) and classes y; the first half is looked at, the second half held out."""
    start = time.perf_counter()
    margins = largest(model, *climbed(model, classes, shape, bounds, settings, seed))
    if clean is None:
        return Look(without_unit(margins), None, (), time.perf_counter() - start)
    x, y = clean
    unit, half = clean_margin(answers(model, x), y), len(y) // 2
    seen, held_out = (x[:half], y[:half]), (x[half:], y[half:])
    asked = nominated(margins, settings.most)
    found: list[Tried] = []
    for family in settings.families(shape, bounds):
        found += _asked(model, family, asked, seen, held_out, unit, settings, seed)
    return Look(margins / unit, unit, tuple(found), time.perf_counter() - start)


def without_unit(margins: Margins) -> Margins:
    """Margins in their own median, so that the scale of the logits does not matter."""
    return margins / max(float(np.median(np.abs(margins))), 1e-6)


def nominated(margins: Margins, most: int) -> list[int]:
    """The classes to be asked about: the `most` with the largest margins, in order of their numbers."""
    return sorted(np.argsort(-margins, kind="stable")[:most].tolist())


def _asked(
    model: Model, family: Family, classes: list[int], seen: tuple[Array, Labels], held_out: tuple[Array, Labels],
    unit: float, settings: ScanSettings, seed: int,
) -> list[Tried]:  # fmt: skip
    rounds = [(targets(classes), Search(settings.steps, settings.batch))]
    if settings.pairs and family.name == "shift":
        rounds.append((pairs(classes), Search(max(1, settings.steps // 2), max(1, settings.batch // 2))))
    found: list[Tried] = []
    for questions, search in rounds:
        p = invert(model, family, questions, *seen, unit, search, seed)
        found += tried(model, family, p, questions, *held_out, unit)
    return found


def climbed(
    model: Model, classes: int, shape: tuple[int, ...], bounds: tuple[float, float], settings: ScanSettings, seed: int
) -> tuple[Array, Labels]:
    """The inputs of largest margin met from each start, and the class each was pushed to; no data are used.

    Wang et al., MM-BD, S&P 2024.
    """
    import torch

    goals = np.repeat(np.arange(classes), settings.starts)
    start = random_starts(shape, len(goals), bounds, child(seed, "margins"))
    best = maximise_margins(
        model, torch.from_numpy(start), torch.from_numpy(goals), bounds=bounds, steps=settings.climbs
    )
    return best.numpy(), goals.astype(np.int64)


def largest(model: Model, x: Array, goals: Labels) -> Margins:
    """The largest margin of each class over the inputs handed in, K."""
    import torch

    z = torch.from_numpy(answers(model, x))
    margin = class_margins(z, torch.from_numpy(goals)).double().numpy()
    best = np.full(z.shape[1], -np.inf)
    np.maximum.at(best, goals, margin)
    return best
