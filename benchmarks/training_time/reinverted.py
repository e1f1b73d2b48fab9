"""A trigger looked for anew in a model: of the family, the size and the target of one that was planted.

What is asked is whether the way that was planted is still open, and not whether any is. For a patch every place of a
square as large is tried; an image blended in by the same share; any pattern of the same amplitude for a wave; a warp
from a grid as coarse with displacements as large. Whoever looks has the 400 clean samples, keeps the best of several
starts by what it does to them, and tries it on the held-out images. A clean model gives way to some of it, too, which
is why a clean twin of the same seed, with the same target, stands beside every number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from evasion.data import images
from torch import nn

from bartizan.numerics.inversion.families import Family, Shift, Warp
from bartizan.numerics.inversion.invert import Search, Tried, answers, clean_margin, invert, tried
from bartizan.numerics.inversion.moves import ByAdam, Mover, Parameters
from bartizan.numerics.inversion.questions import ANY, Question

from .planting import SIDE
from .small_models import CLEAN, HELD_OUT, DataSet

BOUNDS = (0.0, 1.0)
SQUARE, BLEND, WAVE, PIXELS = 3, 0.15, 0.1, 2.0  # sizes of what `planting` plants
STARTS = 3
STEPS = 150
FIRST, KEPT = 8, 8  # steps at every place of a square; places that are looked at further


@dataclass(frozen=True)
class Squares:
    """A square overwritten, of each question at its own place."""

    places: tuple[tuple[int, int], ...]
    name: Any = "patch"

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        mask = torch.zeros((n, 1, 1, *shape[1:]), dtype=torch.bool)
        for q, (i, j) in enumerate(self.places):
            mask[q, 0, 0, i : i + SQUARE, j : j + SQUARE] = True
        return {"pattern": torch.rand((n, 1, *shape), generator=generator), "mask": mask}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return torch.where(p["mask"], p["pattern"], x)

    def settle(self, p: Parameters) -> None:
        p["pattern"].clamp_(*BOUNDS)

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover:
        mask = p["mask"]
        return ByAdam(
            {"pattern": p["pattern"]}, lambda own, x: self.apply({**own, "mask": mask}, x), self.settle, rate=0.2
        )


@dataclass(frozen=True)
class Blend:
    """Some image mixed in by the share that is planted."""

    name: Any = "blend"

    def start(self, n: int, shape: tuple[int, ...], generator: torch.Generator) -> Parameters:
        return {"image": torch.rand((n, 1, *shape), generator=generator)}

    def apply(self, p: Parameters, x: torch.Tensor) -> torch.Tensor:
        return x + BLEND * (p["image"] - x)

    def settle(self, p: Parameters) -> None:
        p["image"].clamp_(*BOUNDS)

    def mover(self, p: Parameters, usual: torch.Tensor) -> Mover:
        return ByAdam(p, self.apply, self.settle, rate=0.1)


FAMILIES: dict[str, Family] = {"blended": Blend(), "sinusoidal": Shift(WAVE, BOUNDS), "warp": Warp(PIXELS)}


def reinverted(net: nn.Module, kind: str, target: int, data: DataSet) -> tuple[int, int]:
    """Hits among so many held-out images that the model answers rightly and that are of other classes."""
    seen, held_out = ((x[part], y[part]) for part in (CLEAN, HELD_OUT) for x, y in [images(data, "table")])
    unit, question = clean_margin(answers(net, seen[0]), seen[1]), Question(ANY, target)
    family = FAMILIES[kind] if kind in FAMILIES else _places(net, question, seen, unit)
    starts = [question] * (STARTS if kind in FAMILIES else KEPT)
    p = invert(net, family, starts, *seen, unit, Search(STEPS), seed=0)
    best = _best(tried(net, family, p, starts, *seen, unit))[0]
    found = tried(net, family, {n: v[best : best + 1] for n, v in p.items()}, starts[:1], *held_out, unit)[0]
    return found.hits, found.n


def _places(net: nn.Module, question: Question, seen: tuple[Any, Any], unit: float) -> Family:
    """The places of the square that lead furthest after a few steps at every one."""
    across = range(SIDE - SQUARE + 1)
    every = Squares(tuple((i, j) for i in across for j in across))
    asked, few = [question] * len(every.places), (seen[0][:100], seen[1][:100])
    p = invert(net, every, asked, *seen, unit, Search(FIRST, batch=8), seed=0)
    return Squares(tuple(every.places[q] for q in _best(tried(net, every, p, asked, *few, unit))[:KEPT]))


def _best(found: list[Tried]) -> list[int]:
    """Questions by hits, then by push, the best first."""
    return sorted(range(len(found)), key=lambda q: (-found[q].hits, -found[q].push))
