"""What a theft amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bartizan.core.artifact import Flag
from bartizan.numerics.rate import Rate

from .answers import Access
from .ledger import Ledger

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Stolen:
    """One point of the curve: a copy after so many queries.

    fidelity: how often it gives the target's class; accuracy: how often the true one, where that is known.
    cost: what the queries cost, where a price is stated. steps: optimiser steps of this copy and, `scouting`, of others
    that were only made to choose what to ask.
    """

    queries: int
    fidelity: Rate
    accuracy: Rate | None
    cost: float | None
    steps: int
    scouting: int = 0


@dataclass(frozen=True)
class Extraction:
    """A copy of a model and what it cost.

    surrogate: the copy after the whole budget, logits in evaluation mode. curve: fidelity and accuracy against queries.
    target_accuracy: how often the target itself is right on the same held-out inputs. agreement: how often the target
    gives the same class when it is asked the same again, which no copy can exceed by much. evasion: the share of
    held-out inputs the target reads rightly and misreads once they are changed so as to fool the copy (`eps`).
    checked: queries asked to measure, on top of the budget. flags: doubts; each has a section in docs/flags.md.
    """

    surrogate: torch.nn.Module
    curve: tuple[Stolen, ...]
    access: Access
    selection: str
    ledger: Ledger
    target_accuracy: Rate | None
    agreement: Rate
    checked: int
    evasion: Rate | None = None
    flags: tuple[Flag, ...] = field(default=())

    @property
    def fidelity(self) -> Rate:
        """Of the copy after the whole budget."""
        return self.curve[-1].fidelity

    @property
    def accuracy(self) -> Rate | None:
        """Of the copy after the whole budget."""
        return self.curve[-1].accuracy

    @property
    def queries(self) -> int:
        """What was spent."""
        return self.ledger.spent

    @property
    def cost(self) -> float | None:
        """What it cost at the stated price."""
        return self.curve[-1].cost

    def queries_to(self, fidelity: float) -> int | None:
        """The fewest queries of the curve after which fidelity is surely at least this (by the interval), or None."""
        return next((s.queries for s in self.curve if s.fidelity.low >= fidelity), None)
