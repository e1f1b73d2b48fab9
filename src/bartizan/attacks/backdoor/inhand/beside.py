"""How far patches lead in the model in hand beyond what they do to its own students.

First a patch towards each class from all others; then, towards the classes where that is furthest beyond the students,
one from each single class, which is what a source-specific trigger is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bartizan.core.data import Data
from bartizan.core.target import TargetInfo
from bartizan.numerics.inversion.families import Family
from bartizan.numerics.inversion.invert import Model, Search, Tried, answers, clean_margin, invert, tried
from bartizan.numerics.inversion.questions import ANY, Question
from bartizan.numerics.seeds import child

from .settings import FEWEST_CLASSES, ScanSettings
from .students import student

if TYPE_CHECKING:
    import torch

FAMILY = "patch"
AGREEING = 0.75  # students that answer otherwise more often say little of their teacher
NOMINATED = 3  # classes towards which patches from each single class are searched
LEAST_SPREAD = 0.01  # in mean clean margins: two students of one teacher differ by twice as much
FEWEST = 5  # held-out inputs of a class, below which their mean says nothing


@dataclass(frozen=True)
class Further:
    """A patch of the model, on held-out inputs. beyond: its push less that of the students' own patches, less the
    median of that over all patches of the kind, in mean clean margins. apart: the same in robust spreads (1.48 median
    absolute deviations) of the kind."""

    tried: Tried
    beyond: float
    apart: float


@dataclass(frozen=True)
class Beside:
    """any, single: patches from all classes and from single ones, the one furthest beyond the students first.
    agreement: the least share of held-out clean samples on which a student answers as its teacher. students: how many.
    """

    any: tuple[Further, ...]
    single: tuple[Further, ...]
    agreement: float
    students: int


@dataclass(frozen=True)
class _Bench:
    """What every model is looked at with: samples to search with, samples to try on, the family of changes."""

    own: Data
    held_out: Data
    family: Family
    seed: int

    def searched(self, model: Model, asked: list[Question], search: Search) -> list[Tried]:
        """One patch for each question."""
        own, held_out = self.own, self.held_out
        unit = clean_margin(answers(model, own.x), own.y)
        p = invert(model, self.family, asked, own.x, own.y, unit, search, self.seed)
        return tried(model, self.family, p, asked, held_out.x, held_out.y, unit)


def beside_students(
    net: torch.nn.Module, model: Model, info: TargetInfo, own: Data, held_out: Data, settings: ScanSettings, seed: int
) -> Beside | str:
    """What it gives, or why there is nothing to hold beside the model.

    net: whose build the students have; model: its logits. own: clean samples that students learn from and patches are
    searched with, by the same search in each; held_out: those that they are tried on.
    """
    if len(info.input_shape) != 3:
        return "the bar for them was set on pictures"
    if not FEWEST_CLASSES <= info.classes <= settings.most:
        return f"there are {info.classes} classes, and patches are searched for {FEWEST_CLASSES} to {settings.most}"
    taught = _taught(net, model, info, own, held_out, settings, seed)
    if isinstance(taught, str):
        return taught
    students, agreement = taught
    families = settings.families(info.input_shape, info.bounds or (0.0, 1.0))
    bench = _Bench(own, held_out, next(f for f in families if f.name == FAMILY), seed)
    classes, search = range(info.classes), Search(settings.steps, settings.batch)
    whole = _further(bench, model, students, [Question(ANY, t) for t in classes], search)
    if not whole:
        return f"no class has {FEWEST} held-out samples that the model answers rightly"
    goals = [f.tried.question.target for f in whole[:NOMINATED]]
    pairs = [Question(s, t) for t in goals for s in classes if s != t]
    single = _further(bench, model, students, pairs, Search(settings.steps, max(1, settings.batch // 2)))
    return Beside(whole, single, agreement, len(students))


def _taught(
    net: torch.nn.Module, model: Model, info: TargetInfo, own: Data, held_out: Data, settings: ScanSettings, seed: int
) -> tuple[list[torch.nn.Module], float] | str:
    """The students and the least agreement, or why there are none."""
    unit = clean_margin(answers(model, own.x), own.y)
    said = answers(model, held_out.x).argmax(axis=1)
    found, agreed = [], []
    for i in range(settings.students):
        try:
            found.append(student(net, model, unit, own.x, info.bounds or (0.0, 1.0), child(seed, "student", i)))
        except ValueError as error:
            return str(error)
        agreed.append(float((answers(found[-1], held_out.x).argmax(axis=1) == said).mean()))
        if agreed[-1] < AGREEING:
            return f"a student answers only {agreed[-1]:.0%} of held-out clean samples as the model does"
    return found, min(agreed)


def _further(
    bench: _Bench, model: Model, students: Sequence[Model], asked: list[Question], search: Search
) -> tuple[Further, ...]:
    """Each patch that enough held-out inputs are about, the one furthest beyond the students first."""
    own = bench.searched(model, asked, search)
    theirs = [[t.push for t in bench.searched(s, asked, search)] for s in students]
    raw = np.array([t.push for t in own]) - np.mean(theirs, axis=0)
    told = np.array([i for i, t in enumerate(own) if t.n >= FEWEST], np.int64)
    if not len(told):
        return ()
    beyond = raw[told] - np.median(raw[told])
    spread = max(1.4826 * float(np.median(np.abs(beyond))), LEAST_SPREAD)
    found = (Further(own[i], float(b), float(b) / spread) for i, b in zip(told, beyond, strict=True))
    return tuple(sorted(found, key=lambda f: -f.beyond))
