"""The referee of `extract`: asks the target itself, on top of the budget, about inputs no student has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bartizan.attacks.smoothed import fooled_by_far
from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm
from bartizan.numerics.rate import Rate
from bartizan.numerics.students import student_scores

from .oracle import Oracle

if TYPE_CHECKING:
    import torch

TWICE = 100
"""Held-out inputs the target is asked about a second time."""
EVADED = 200
"""Held-out inputs that are changed to fool the copy, and then given to the target."""
STEPS, COPIES = 20, 10
"""Of the ascent on the copy, and noisy copies of the input that each step's gradient is averaged over."""


@dataclass(frozen=True)
class Judge:
    """theirs: the target's classes of the held-out inputs `x`; again: those of the first `TWICE`, asked once more."""

    x: Array
    y: Labels | None
    theirs: Labels
    again: Labels

    @classmethod
    def asking(cls, oracle: Oracle, x: Array, y: Labels | None) -> Judge:
        """Raises `ModelError` in one sentence on answers that nothing can be learnt from."""
        oracle.open(x[: min(len(x), 8)])
        return cls(x, y, oracle.classified(x), oracle.classified(x[:TWICE]))

    @property
    def agreement(self) -> Rate:
        """Of the target with itself."""
        return Rate.of(self.theirs[: len(self.again)] == self.again)

    @property
    def target_accuracy(self) -> Rate | None:
        """How often the target is right, where that is known."""
        return None if self.y is None else Rate.of(self.theirs == self.y)

    def of(self, student: torch.nn.Module, device: str) -> tuple[Rate, Rate | None]:
        """Fidelity and accuracy of a student. One that answers NaN agrees nowhere."""
        scores = student_scores(student, self.x, device)
        guess = np.where(np.isfinite(scores).all(axis=1), scores.argmax(axis=1), -1)
        return Rate.of(guess == self.theirs), None if self.y is None else Rate.of(guess == self.y)

    def evaded(
        self,
        oracle: Oracle,
        student: torch.nn.Module,
        *,
        norm: Norm,
        eps: float,
        bounds: Bounds,
        seed: int,
        device: str,
    ) -> Rate:
        """How often the target gives another class once an input is changed so as to fool the copy by far: one query
        each of the first `EVADED`. Where true classes are known, of those the target reads rightly."""
        right = np.flatnonzero(self.theirs == self.y if self.y is not None else np.ones(len(self.x), np.bool_))[:EVADED]
        changed = fooled_by_far(
            student, self.x[right], self.theirs[right], norm=norm, eps=eps, bounds=bounds, steps=STEPS, copies=COPIES,
            seed=seed, device=device,
        )  # fmt: skip
        return Rate.of(oracle.classified(changed) != self.theirs[right])

    def flags(self) -> list[Flag]:
        """Whether the target answers differently each time."""
        differ = int((self.theirs[: len(self.again)] != self.again).sum())
        if not differ:
            return []
        return [
            Flag(
                id="answers_vary",
                detail=f"asked again about {len(self.again)} inputs, the target gave another class for {differ}: "
                "fidelity is measured against a single answer, and no copy can agree more than the target with itself",
            )
        ]
