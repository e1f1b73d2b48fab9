"""Regularised training that stops early: less room and less time to learn single records by heart."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.base import Frozen
from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.afresh import forget, too_long_for
from bartizan.defenses.tuning import Arrays, Tuning

if TYPE_CHECKING:
    import torch

EPOCHS: dict[Effort, int] = {"quick": 20, "standard": 50, "deep": 100}


class EarlyStoppingParams(Frozen):
    """held_out: share of the training data never trained on, which says when to stop. patience: epochs without a lower
    loss on it before the training ends; epochs: the most there are. weight_decay and label_smoothing: the pull of
    weights towards 0 and of targets towards even ones. batch and learning_rate of AdamW."""

    held_out: float = Field(default=0.2, gt=0, lt=1)
    patience: int = Field(default=3, ge=1)
    epochs: int = Field(default=50, ge=1)
    weight_decay: float = Field(default=1e-2, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    batch: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=2e-3, gt=0)


class EarlyStopping(Tuning):
    """Trains the target's architecture from the start and keeps the weights of the epoch at which records it does not
    train on were predicted best. Those records are a part of the training data, so they are members, too, if hard to
    tell: they decided only when to stop."""

    spec = DefenseSpec(
        id="early_stopping",
        title="Early stopping and weight decay",
        summary="Trains again with weight decay, and stops when records kept aside are no longer predicted better.",
        references=("yeom2018",),
        defence="DF38",
        counters=("D1", "D2", "D3"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = EarlyStoppingParams

    def tune(
        self, net: torch.nn.Module, target: Target, data: Data, *, params: EarlyStoppingParams, seed: int
    ) -> Arrays:
        forget(net, seed=seed, title=self.spec.title)
        return {"epochs": np.array(descend_until_it_stops(net, data, params, seed=seed))}

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults; more epochs at more effort."""
        self.needs_gradients(profile)
        too_long_for(effort, self.spec.title)
        return EarlyStoppingParams(epochs=EPOCHS[effort]).model_dump(mode="json")


def descend_until_it_stops(net: torch.nn.Module, data: Data, params: EarlyStoppingParams, *, seed: int) -> int:
    """Train `net` in place; the number of epochs whose result was kept."""
    import torch
    from torch.nn import functional as F

    order = np.random.default_rng(seed).permutation(len(data))
    aside = max(1, round(params.held_out * len(data)))
    (x, y), (vx, vy) = (
        (torch.from_numpy(data.x[rows]), torch.from_numpy(data.y[rows])) for rows in (order[aside:], order[:aside])
    )
    generator = torch.Generator().manual_seed(seed)
    weights = [p for p in net.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=params.learning_rate, weight_decay=params.weight_decay)
    best, kept, state = float("inf"), 0, copy.deepcopy(net.state_dict())
    for epoch in range(1, params.epochs + 1):
        for rows in torch.split(torch.randperm(len(y), generator=generator), params.batch):
            optimiser.zero_grad()
            F.cross_entropy(net(x[rows]), y[rows], label_smoothing=params.label_smoothing).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            loss = float(F.cross_entropy(net(vx), vy))
        if loss < best:
            best, kept, state = loss, epoch, copy.deepcopy(net.state_dict())
        elif epoch - kept >= params.patience:
            break
    net.load_state_dict(state)
    return kept
