"""How a model is trained, written down so that many can be trained at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bartizan.core.errors import UsageError

if TYPE_CHECKING:
    import torch

Optimiser = Literal["sgd", "adam"]
Schedule = Literal["constant", "cosine", "linear"]
Order = Literal["own", "shared"]


@dataclass(frozen=True)
class Recipe:
    """build: a fresh, randomly initialised network from inputs B×… to logits B×K.

    rate: learning rate at the start; schedule: how it falls to 0 over all steps (`constant`: not at all). momentum is
    for `sgd` alone. decay: weight decay as torch.optim adds it to the gradient. smoothing: label smoothing. order: each
    model goes through its records in an order of its `own`, or all of them in one that is `shared`.
    """

    build: Callable[[], torch.nn.Module]
    epochs: int = 30
    batch: int = 64
    optimiser: Optimiser = "adam"
    rate: float = 1e-3
    schedule: Schedule = "constant"
    momentum: float = 0.9
    decay: float = 0.0
    smoothing: float = 0.0
    order: Order = "own"

    def __post_init__(self) -> None:
        """Raises `UsageError` on what cannot be trained by."""
        if self.epochs < 1 or self.batch < 1:
            raise UsageError(f"a recipe needs at least 1 epoch and 1 record a batch, not {self.epochs}, {self.batch}")
        known = {"optimiser": ("sgd", "adam"), "schedule": tuple(FALLS), "order": ("own", "shared")}
        for name, allowed in known.items():
            if getattr(self, name) not in allowed:
                raise UsageError(f"there is no {name} {getattr(self, name)!r}; known are {', '.join(allowed)}")

    def rate_at(self, step: int, steps: int) -> float:
        """Learning rate of step 0 … `steps` − 1; 0 from then on."""
        return self.rate * FALLS[self.schedule](step / max(steps, 1)) if step < steps else 0.0


FALLS: dict[str, Callable[[float], float]] = {
    "constant": lambda done: 1.0,
    "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
    "linear": lambda done: 1 - done,
}
