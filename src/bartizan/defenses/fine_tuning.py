"""Fine-tuning on clean data: the plainest way to make a model forget a backdoor or wrong labels, Liu et al., 2018."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Target
from bartizan.defenses.tuning import Schedule, descend
from bartizan.defenses.vetted import OnVetted

if TYPE_CHECKING:
    import torch


class FineTuningParams(Schedule):
    """share: part of the training data that somebody vetted record by record and keeps out of an adversary's reach."""

    share: float = Field(default=0.2, gt=0, le=1)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=32, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)


class FineTuning(OnVetted):
    """Goes on training the target on vetted records alone."""

    spec = DefenseSpec(
        id="fine_tuning",
        title="Fine-tuning on clean data",
        summary="Trains the model further on a small vetted share of its training data, so that it forgets the rest.",
        references=("liu2018",),
        defence="DF32",
        counters=("B1", "B2", "P1"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = FineTuningParams

    def mend(self, net: torch.nn.Module, target: Target, vetted: Data, *, params: FineTuningParams, seed: int) -> None:
        descend(net, vetted, params, seed=seed)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """The defaults: the cost is small at any effort."""
        self.needs_gradients(profile)
        return self.params().model_dump(mode="json")
