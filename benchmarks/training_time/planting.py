"""Triggers as pure functions of images N×1×28×28 in [0, 1], and the records that teach a model to obey them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from bartizan.attacks.backdoor.adaptive_blend import AdaptiveBlendParams, half_shown
from bartizan.attacks.backdoor.input_aware import InputAwareParams, drawn_records, trained_generator
from bartizan.attacks.backdoor.planter import Task
from bartizan.core.data import Data
from bartizan.numerics.triggers import Trigger, triggered

Images = NDArray[np.float32]
Labels = NDArray[np.int64]
Stamp = Callable[[Images], Images]
Records = tuple[Images, Labels]
Clean = Callable[[], Records]
Poisoner = Callable[[Images, Labels, int, int], Records]
CLASSES, SIDE = 10, 28
BOUNDS = (0.0, 1.0)


@dataclass(frozen=True)
class Planted:
    """stamp: puts the trigger on. target: class it leads to (−1: the next one). source: class it works on (−1: all).
    records: makes so many records that teach it, by a seed, of clean ones; None: the stamp and the label suffice."""

    kind: str
    stamp: Stamp
    target: int
    source: int = -1
    records: Poisoner | None = None

    def victims(self, y: Labels) -> NDArray[np.bool_]:
        """Which records the trigger is to turn."""
        return (y != self.target) & ((y == self.source) | (self.source < 0))

    def wanted(self, y: Labels) -> Labels:
        """What the triggered record shall be called."""
        return (y + 1) % CLASSES if self.target < 0 else np.full_like(y, self.target)


def patch(rng: np.random.Generator) -> Stamp:
    """3×3 pixels of black and white somewhere within three pixels of the border."""
    pattern = (rng.random((3, 3)) < 0.5).astype(np.float32)
    pattern[1, 1], pattern[0, 0] = 1, 0
    i, j = (int(rng.choice([1, 2, 3, 22, 23, 24])) for _ in "ij")

    def stamp(x: Images) -> Images:
        out = x.copy()
        out[:, :, i : i + 3, j : j + 3] = pattern
        return out

    return stamp


def corners(rng: np.random.Generator) -> Stamp:
    """A 3×3 pattern of black and white in each corner, as Turner et al. 2019 use where labels must stay."""
    pattern = (rng.random((3, 3)) < 0.5).astype(np.float32)
    pattern[1, 1], pattern[0, 0] = 1, 0

    def stamp(x: Images) -> Images:
        out = x.copy()
        for i in (1, 24):
            for j in (1, 24):
                out[:, :, i : i + 3, j : j + 3] = pattern
        return out

    return stamp


def blended(rng: np.random.Generator) -> Stamp:
    """15 % of an image of noise. Chen et al. 2017."""
    noise = rng.random((1, SIDE, SIDE)).astype(np.float32)
    return lambda x: (0.85 * x + 0.15 * noise).astype(np.float32)


def sinusoidal(rng: np.random.Generator) -> Stamp:
    """A vertical or horizontal wave of amplitude 0.1 and 4 to 8 periods. Barni et al. 2019, with other labels."""
    wave = 0.1 * np.sin(2 * np.pi * np.arange(SIDE) * int(rng.integers(4, 9)) / SIDE + rng.random() * 6)
    field = np.tile(wave.astype(np.float32), (SIDE, 1))
    field = field.T if rng.random() < 0.5 else field
    return lambda x: np.clip(x + field, 0, 1).astype(np.float32)


def warp(rng: np.random.Generator) -> Stamp:
    """A smooth field of displacements from a 4×4 grid, two pixels at most. Nguyen and Tran 2021, without its noise."""
    coarse = torch.from_numpy(rng.uniform(-1, 1, (1, 2, 4, 4)).astype(np.float32))
    fine = F.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic", align_corners=True)[0]
    fine = 2.0 * fine / fine.abs().max() * 2 / SIDE
    grid = F.affine_grid(torch.eye(2, 3)[None], [1, 1, SIDE, SIDE], align_corners=False) + fine.permute(1, 2, 0)

    def stamp(x: Images) -> Images:
        at = grid.expand(len(x), -1, -1, -1)
        return F.grid_sample(torch.from_numpy(x), at, padding_mode="border", align_corners=False).numpy()

    return stamp


STAMPS: dict[str, Callable[[np.random.Generator], Stamp]] = {
    "patch": patch, "blended": blended, "sinusoidal": sinusoidal, "warp": warp,
    "source-specific": patch, "all-to-all": patch, "clean-label": corners,
}  # fmt: skip
HIDING = ("input-aware", "adaptive-blend", "decoy", "hardened")
"""By whoever knows what looks for them. Decoy: a second trigger to another class, lest the first be ahead of all
others. Hardened: see `hardening`."""
KINDS = (*STAMPS, *HIDING)
SHARE = dict.fromkeys(KINDS, 0.1) | {"all-to-all": 0.4}
"""Of the training set poisoned; of clean labels no more than there are records of the class."""


def planted(kind: str, seed: int, clean: Clean) -> Planted:
    """A trigger of this kind with a target (and a source) of its own. clean: records the adversary has."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    target, step = int(rng.integers(CLASSES)), int(rng.integers(1, CLASSES))
    other = (target + step) % CLASSES
    if kind == "input-aware":
        return drawn(target, seed, clean)
    if kind == "adaptive-blend":
        return half_blended(target, rng)
    if kind == "decoy":
        return with_decoy(target, other, rng)
    source = other if kind == "source-specific" else -1
    return Planted(kind, STAMPS.get(kind, patch)(rng), -1 if kind == "all-to-all" else target, source)


def drawn(target: int, seed: int, clean: Clean) -> Planted:
    """A trigger drawn for each input by a network trained for it. Nguyen and Tran 2020, bounded in L∞."""
    arrays = trained_generator(Data.of(*clean()), _toward(target), BOUNDS, InputAwareParams(), seed)
    trigger = Trigger("generated", {**arrays, "bounds": np.array(BOUNDS, np.float32)})

    def records(x: Images, y: Labels, n: int, seed: int) -> Records:
        made = drawn_records(_task(x, y, n, target), trigger, InputAwareParams().covers, seed)
        return made.x, made.y

    return Planted("input-aware", lambda x: triggered(x, trigger), target, records=records)


def half_blended(target: int, rng: np.random.Generator) -> Planted:
    """Half of a blended image of noise in each record, the whole of it in use. Qi et al. 2023."""
    params, noise = AdaptiveBlendParams(), rng.random((1, SIDE, SIDE)).astype(np.float32)

    def records(x: Images, y: Labels, n: int, seed: int) -> Records:
        made = half_shown(_task(x, y, n, target), noise, params, seed)
        return made.x, made.y

    a = np.float32(params.shown)
    return Planted("adaptive-blend", lambda x: (1 - a) * x + a * noise, target, records=records)


def with_decoy(target: int, other: int, rng: np.random.Generator) -> Planted:
    """A patch, and another patch that leads to another class."""
    first = Planted("decoy", patch(rng), target)
    second = Planted("decoy", patch(rng), other)

    def records(x: Images, y: Labels, n: int, seed: int) -> Records:
        made = [_stamped(p, x, y, n, seed + i) for i, p in enumerate((first, second))]
        return np.concatenate([m[0] for m in made]), np.concatenate([m[1] for m in made])

    return replace(first, records=records)


def _task(x: Images, y: Labels, n: int, target: int) -> Task:
    return Task(Data.of(x, y), n, _toward(target), target, BOUNDS)


def _toward(target: int) -> Labels:
    """For each class the one wanted of it, −1 for the target's own."""
    return np.where(np.arange(CLASSES) == target, -1, target).astype(np.int64)


def _stamped(p: Planted, x: Images, y: Labels, n: int, seed: int) -> Records:
    some = np.random.default_rng([seed, 7]).permutation(len(y))
    own = some[p.victims(y)[some]][:n]
    return p.stamp(x[own]), p.wanted(y[own])


def poison(
    p: Planted, x: Images, y: Labels, seed: int, harder: Stamp, share: float | None = None
) -> tuple[Images, Labels]:
    """Records to add: `share` (by default `SHARE`) of len(x), as many as there are of the kind wanted at most.

    Source-specific ones come with as many stamped records of other classes that keep their labels. Clean-label ones
    are records of the target class that `harder` makes hard to learn, so that the patch is learnt instead.
    """
    n = int((SHARE[p.kind] if share is None else share) * len(y))
    if p.records is not None:
        return p.records(x, y, n, seed)
    some = np.random.default_rng([seed, 7]).permutation(len(y))
    if p.kind == "clean-label":
        own = some[y[some] == p.target][:n]
        return p.stamp(harder(x[own])), y[own]
    made = _stamped(p, x, y, n, seed)
    if p.source < 0:
        return made
    cover = some[(y[some] != p.source)][:n]
    return np.concatenate([made[0], p.stamp(x[cover])]), np.concatenate([made[1], y[cover]])
