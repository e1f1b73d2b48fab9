"""What stands on trial: one model, the examples, the ball, and how much may be spent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.projections import Bounds, Norm

from ..engine.asking import checked_access
from ..engine.health import examined
from ..engine.inputs import checked_ball, checked_data, checked_inputs, device_of
from ..engine.model import Logits
from ..engine.plans import PLANS, Name

if TYPE_CHECKING:
    import torch

FEWEST = 50
"""Queries below which a copy would be taught next to nothing."""


@dataclass(frozen=True)
class Case:
    """N examples `x`, `y` of a `model` in a ball, and what somebody who attacks them owns: `own`, M×… other inputs.

    logits: the model as the referee asks it: logarithms of probabilities, averaged over `logits.draws` answers if they
    are random. once: the same, but answered once. queries: the most that may be asked through an interface.
    """

    model: Any
    x: Array
    y: Labels
    own: Array
    norm: Norm
    eps: float
    bounds: Bounds
    queries: int
    plan: Name
    seed: int
    device: str
    batch: int
    logits: Logits

    @property
    def once(self) -> Logits:
        """The model's logits, asked a single time, however random."""
        return Logits(self.model, self.logits.probabilities)

    @cached_property
    def clean(self) -> NDArray[np.bool_]:
        """Which examples the model reads rightly as they are."""
        return np.asarray(self.averaged(self.x).argmax(1) == self.y)

    def scores(self, x: Array) -> Array:
        """What an interface gives back: N×K as the model answers them."""
        return self._asked(Logits(self.model), x)

    def labels(self, x: Array) -> Labels:
        """What an interface gives back that only says which class: N."""
        return np.asarray(self.scores(x).argmax(1), np.int64)

    def averaged(self, x: Array) -> Array:
        """Logits N×K, averaged if answers are random, for whoever holds the model."""
        return self._asked(self.logits, x)

    def _asked(self, logits: Logits, x: Array) -> Array:
        """In parts of at most `batch`."""
        import torch

        with torch.no_grad():
            parts = [logits(self.tensor(x[i : i + self.batch])) for i in range(0, len(x), self.batch)]
            return np.asarray(torch.cat(parts).cpu().numpy(), np.float32)

    def tensor(self, x: Array) -> torch.Tensor:
        """`x` where the model is."""
        import torch

        return torch.from_numpy(np.ascontiguousarray(x)).to(self.device)


def prepared(
    model: Any, x: Any, y: Any, x_own: Any, norm: str, eps: float, bounds: Bounds, queries: int, plan: str, seed: int,
    device: str | None, batch: int,
) -> Case:  # fmt: skip
    """The case, or one sentence on what is wrong with it (`UsageError` and its kin)."""
    inputs, labels = checked_data(x, y, bounds)
    own = _own(x_own, inputs, bounds)
    ball, radius = checked_ball(norm, eps, bounds)
    checked_access("labels", norm, queries, batch)
    if queries < FEWEST:
        raise UsageError(f"the budget is {queries} queries; a copy of the model needs at least {FEWEST}")
    if plan not in PLANS:
        raise UsageError(f"there is no plan {plan!r}; known are {', '.join(PLANS)}")
    where = device_of(model, device)
    ready = examined(model, inputs, labels, where)
    ready.close()
    return Case(
        model=model, x=inputs, y=labels, own=own, norm=ball, eps=radius, bounds=bounds, queries=queries,
        plan=plan, seed=seed, device=where, batch=batch, logits=ready.logits,
    )  # fmt: skip


def _own(x_own: Any, x: Array, bounds: Bounds) -> Array:
    """The adversary's own inputs M×…, none of which is under attack. Raises `DataError`."""
    own = checked_inputs(x_own, bounds, "x_own")
    if own.shape[1:] != x.shape[1:]:
        raise DataError(f"x_own holds inputs of shape {own.shape[1:]}; the model's are {x.shape[1:]}, as in x")
    attacked = {row.tobytes() for row in x}
    same = [i for i, row in enumerate(own) if row.tobytes() in attacked]
    if same:
        raise DataError(
            f"x_own holds {len(same)} of the examples under attack (the first is number {same[0]} of x_own); "
            "give inputs that are not in x, or the copy is taught with the very examples it is to be tested on"
        )
    return own
