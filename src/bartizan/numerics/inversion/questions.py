"""What is asked of a model: can one and the same change send all inputs of these classes to that class?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Labels

ANY = -1
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """source: the class whose inputs are changed, or `ANY` for all. target: where to, or `ANY` for away from their own.

    A trigger with one target answers (ANY, t), one that works on a single class (s, t), one that sends every class to
    another (ANY, ANY).
    """

    source: int
    target: int

    def of(self, y: Labels, answered: Labels) -> Rows:
        """Inputs that the question is about: of the source, answered rightly, and not already where they are to go."""
        rightly = (answered == y) & (y != self.target)
        return np.flatnonzero(rightly & ((y == self.source) | (self.source == ANY))).astype(np.int64)

    def __str__(self) -> str:
        start = "all classes" if self.source == ANY else f"class {self.source}"
        return f"{start} to {'others' if self.target == ANY else f'class {self.target}'}"


def targets(classes: list[int]) -> list[Question]:
    """One for each class as the target of all others, and one for leaving whatever class it is."""
    return [*(Question(ANY, t) for t in classes), Question(ANY, ANY)]


def pairs(classes: list[int]) -> list[Question]:
    """One for each ordered pair of classes."""
    return [Question(s, t) for s in classes for t in classes if s != t]


def dealt(questions: list[Question], y: Labels, answered: Labels, size: int, seed: int) -> NDArray[np.int64]:
    """Rows Q×`size` of the inputs each question is tried on, drawn anew from its own where it has too few.

    A question without any input gets row −1 throughout.
    """
    rng = np.random.default_rng(seed)
    out = np.full((len(questions), size), -1, np.int64)
    for q, question in enumerate(questions):
        own = question.of(y, answered)
        if len(own):
            out[q] = np.concatenate([rng.permutation(own) for _ in range(-(-size // len(own)))])[:size]
    return out
