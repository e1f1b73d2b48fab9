"""What the slot machine is told to do: a plan is a row of stages, a stage a gate and the runs behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Loss = Literal["margin", "two_phase", "tempered", "target"]


@dataclass(frozen=True)
class Job:
    """One run of `lead + steps` passes forward and back and one more forward.

    loss: `margin` raises the best other logit over the true one; `two_phase` first pushes the true logit down and
    raises the margin from half of the way on; `tempered` raises the margin of the probabilities at temperature 5;
    `target` drives to the class that was `target`-th most likely (from 0) on the clean input.
    start: the example itself, or the point nearest to the boundary that any run has seen.
    lead: steps before that, along a random direction of the output, so that runs start apart.
    first: size of the first step as a share of ε; steps follow a cosine to 0. momentum: of normalised gradients.
    """

    loss: Loss = "margin"
    steps: int = 8
    start: Literal["input", "nearest"] = "input"
    lead: int = 0
    first: float = 2.0
    momentum: float = 0.0
    target: int = 0

    @property
    def passes(self) -> int:
        """The most passes forward that it takes of an example."""
        return self.lead + self.steps + 1

    @property
    def name(self) -> str:
        """As reports call it."""
        extra = [f"lead {self.lead}"] * bool(self.lead) + [f"target {self.target + 1}"] * (self.loss == "target")
        return ", ".join([f"{self.loss} {self.steps}", *extra, *["from nearest"] * (self.start == "nearest")])


@dataclass(frozen=True)
class Stage:
    """Runs on the examples whose relative distance so far is at most `gate`, a number fixed in advance: whether an
    example is tried never depends on how its company fares."""

    gate: float
    jobs: tuple[Job, ...]


Plan = tuple[Stage, ...]


def stage(gate: float, *jobs: Job) -> Stage:
    """A stage in few words."""
    return Stage(gate, jobs)


EVERYONE = math.inf
