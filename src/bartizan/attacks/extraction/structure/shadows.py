"""Shadow models of known settings, trained once, that any number of targets of a task can be held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import train_stacked
from bartizan.core.data import Array, Labels
from bartizan.numerics.seeds import child

from .questions import OWN, Questions
from .settings import Habits, Setting

TOGETHER = 3
"""Models of one setting that share their length and rate, and are trained in one stack."""


@dataclass(frozen=True, eq=False)
class Shadows:
    """settings tried; questions, with the classes of the inputs `own` of these; logits N×M×K of N models; which: the
    setting of each, N; fold: models of equal habits have one, N."""

    settings: tuple[Setting, ...]
    questions: Questions
    labels: Labels
    logits: NDArray[np.float32]
    which: NDArray[np.int64]
    fold: NDArray[np.int64]

    @classmethod
    def trained(
        cls, settings: Sequence[Setting], x: Array, y: Labels, *, each: int, epochs: int, seed: int, device: str
    ) -> Shadows:
        """`each` models of every setting, for about `epochs` epochs on some of the records x (N×…), y (N)."""
        asked = child(seed, "questions")
        questions = Questions.of(x, asked)
        labels = y[np.random.default_rng(asked).permutation(len(x))[:OWN]]
        fold = np.arange(each) // max(1, min(TOGETHER, each // TOGETHER))
        logits = [
            _models(s, x, y, questions.asked, fold, epochs, child(seed, i), device) for i, s in enumerate(settings)
        ]
        which, n = np.repeat(np.arange(len(settings)), each), len(settings)
        return cls(tuple(settings), questions, labels, np.concatenate(logits), which, np.tile(fold, n))


def _models(
    setting: Setting, x: Array, y: Labels, asked: Array, fold: NDArray[np.int64], epochs: int, seed: int, device: str
) -> NDArray[np.float32]:
    """Logits of models that differ in their habits from fold to fold, and in their records within each."""
    rng, parts = np.random.default_rng(seed), []
    for i, size in enumerate(np.bincount(fold)):
        habits = Habits.drawn(epochs, rng)
        share = rng.uniform(0.4, 1, (size, 1))
        recipe = setting.recipe(x.shape[1:], int(y.max()) + 1, habits)
        inside = rng.random((size, len(x))) < share
        made = train_stacked(recipe, x, y, inside=inside, seed=child(seed, i), points=asked, device=device)
        parts.append(made.logits)
    return np.concatenate(parts)
