"""Fine-pruning: take out the neurons that clean data leave asleep, then fine-tune. Liu et al., RAID 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.neurons import hidden_layers, pruned_while_right
from bartizan.defenses.tuning import Schedule, descend
from bartizan.defenses.vetted import OnVetted, proposed

if TYPE_CHECKING:
    import torch


class FinePruningParams(Schedule):
    """share: part of the training data that somebody vetted. lost: share of the accuracy on it that pruning may cost,
    before the fine-tuning by the rest of the parameters wins it back."""

    share: float = Field(default=0.2, gt=0, le=1)
    lost: float = Field(default=0.04, ge=0, lt=1)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)


class FinePruning(OnVetted):
    """Silences the neurons of the last hidden layer that are least active on vetted records, then trains on them."""

    spec = DefenseSpec(
        id="fine_pruning",
        title="Fine-pruning",
        summary="Takes out neurons that clean data do not use, where a trigger may hide, and trains the rest further.",
        references=("liu2018",),
        defence="DF32",
        counters=("B1", "B2"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = FinePruningParams

    def mend(self, net: torch.nn.Module, target: Target, vetted: Data, *, params: FinePruningParams, seed: int) -> None:
        last = hidden_layers(net, vetted, self.spec.title)[-1]
        order = [(last.layer, int(i)) for i in np.argsort(last.activity, kind="stable")]
        pruned_while_right(net, order, vetted, params.lost)
        descend(net, vetted, params, seed=seed)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults, from the effort `standard` on."""
        return proposed(self, profile, effort)
