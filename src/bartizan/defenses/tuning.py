"""What defences that go on training the target's own model share."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.contracts import Defense
from bartizan.core.data import Data
from bartizan.core.errors import AccessDenied
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.target import Defended, Target

if TYPE_CHECKING:
    import torch

Arrays = dict[str, NDArray[np.generic]]
Altered = Callable[["torch.Tensor", "torch.Tensor", float], tuple["torch.Tensor", "torch.Tensor"]]
KEPT = "kept/"  # prefix of arrays that are no weights
CHUNK = 1024


class Schedule(Frozen):
    """epochs over the data, examples a batch, and the highest learning rate of Adam in one cycle."""

    epochs: int = Field(default=6, ge=1)
    batch: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=5e-3, gt=0)


class Tuning(Defense):
    """A defence whose result is the same model with other weights. `fit` returns them by the target's own names."""

    @abstractmethod
    def tune(self, net: torch.nn.Module, target: Target, data: Data, *, params: Any, seed: int) -> Arrays:
        """Train `net` (a copy, in evaluation mode, inputs as the adversary's) in place; what else to keep."""

    def fit(self, target: Target, data: Data, *, params: Any, seed: int) -> Arrays:
        """The weights after tuning, and under `kept/…` what the defence needs when it is applied again."""
        net = trainable_copy(target)
        kept = self.tune(net, target, data, params=params, seed=seed)
        return {**named_as(target, net), **{KEPT + name: array for name, array in kept.items()}}

    def wrap(self, target: Target, arrays: Arrays, *, params: Any, seed: int, digest: str) -> Target:
        weights = {name: array for name, array in arrays.items() if not name.startswith(KEPT)}
        kept = {name.removeprefix(KEPT): array for name, array in arrays.items() if name.startswith(KEPT)}
        return Tuned(target.with_parameters(weights, digest=digest), self, params, kept, digest)

    def promise(self, params: Any) -> tuple[float, float] | None:
        """The (ε, δ) that the tuned weights are said to keep; whoever trains on without noise keeps none."""
        return None

    def material(self, data: Data, kept: Arrays) -> Data:
        """The data the defence tunes a freshly trained model on: that model's training data, if nothing better."""
        return data

    def needs_gradients(self, profile: Profile) -> None:
        """Raise `NotApplicable` when the model cannot be trained by gradients, or there is nothing to train it on."""
        if not profile.differentiable:
            raise NotApplicable(f"{self.spec.title} trains by gradients, and this kind of model has none")
        if not profile.has_training_data:
            raise NotApplicable(
                f"{self.spec.title} needs the training data, and the description loads none (train_data)"
            )


class Tuned(Defended):
    """A target with tuned weights."""

    def __init__(self, tuned: Target, defense: Tuning, params: Any, kept: Arrays, digest: str) -> None:
        super().__init__(tuned, defense.spec.id, digest)
        self.info = self.info.model_copy(update={"promise": defense.promise(params)})
        self.defense, self.tuning, self.kept = defense, params, kept

    def with_parameters(self, arrays: Arrays, *, digest: str) -> Target:
        return Tuned(self.inner.with_parameters(arrays, digest=digest), self.defense, self.tuning, self.kept, digest)

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        material = self.defense.material(data, self.kept)
        arrays = self.defense.fit(trained, material, params=self.tuning, seed=seed)
        return self.defense.wrap(
            trained, arrays, params=self.tuning, seed=seed, digest=f"{trained.info.digest}+{self.defense.spec.id}"
        )


def trainable_copy(target: Target) -> torch.nn.Module:
    """A copy of the target's model whose weights may be changed. Batch statistics stay as they are, dropout stays off.

    Raises `NotApplicable` when the model shows no weights, or holds them where they cannot be trained.
    """
    try:
        net = copy.deepcopy(target.weights())
    except AccessDenied as error:
        raise NotApplicable(str(error)) from error
    except Exception as error:
        raise NotApplicable(f"the module of {target.info.id} cannot be copied: {type(error).__name__}") from error
    weights = [p for p in net.parameters() if p.is_floating_point()]
    if not weights:
        raise NotApplicable(f"the module of {target.info.id} has no trainable weights")
    for p in weights:
        p.requires_grad_(True)
    return net


def named_as(target: Target, net: torch.nn.Module) -> Arrays:
    """The numbers of `net` under the names of `target.parameters()`; a wrapper's prefix is looked through."""
    state = {name: value.detach().cpu().numpy().copy() for name, value in net.state_dict().items()}
    named: Arrays = {}
    for name, old in target.parameters().items():
        found = [key for key in state if key == name or key.endswith(f".{name}")]
        shortest = min(found, key=len, default=None)
        if shortest is None or state[shortest].shape != old.shape:
            raise NotApplicable(f"the weights of {target.info.id} cannot be written back by name ('{name}')")
        named[name] = state[shortest].astype(old.dtype)
    return named


def as_they_are(x: torch.Tensor, y: torch.Tensor, done: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch unchanged."""
    return x, y


def descend(
    net: torch.nn.Module,
    data: Data,
    schedule: Schedule,
    *,
    seed: int,
    altered: Altered = as_they_are,
    targets: torch.Tensor | None = None,
) -> None:
    """Minimise the cross-entropy of `net` on `altered(x, y, share of the steps done)` by Adam with one learning-rate
    cycle; y: rows of `targets` (N×K probabilities), or the labels where there are none. The same seed gives the same
    weights."""
    import torch
    from torch.nn import functional as F

    generator = torch.Generator().manual_seed(seed)
    weights = [p for p in net.parameters() if p.requires_grad]
    steps = schedule.epochs * -(-len(data) // schedule.batch)
    optimiser = torch.optim.Adam(weights, lr=schedule.learning_rate)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=schedule.learning_rate, total_steps=steps, pct_start=0.2
    )
    called = torch.from_numpy(data.y) if targets is None else targets
    for step, (x, y) in enumerate(_batches(data, called, schedule, generator)):
        changed, wanted = altered(x, y, step / steps)
        optimiser.zero_grad()
        F.cross_entropy(net(changed), wanted).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        cycle.step()


def partly_own(net: torch.nn.Module, data: Data, own: float) -> torch.Tensor:
    """What records are to be called, N×K: for the part `own` what `net` answers now, else their labels.

    Where the records are few, the model's own answers keep what it learnt from many (Hinton et al., 2015).
    """
    import torch
    from torch.nn import functional as F

    with torch.no_grad():
        parts = torch.split(torch.from_numpy(data.x), CHUNK)
        said = torch.cat([torch.softmax(net(part), 1) for part in parts])
    return (1 - own) * F.one_hot(torch.from_numpy(data.y), said.shape[1]).float() + own * said


def _batches(
    data: Data, called: torch.Tensor, schedule: Schedule, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    import torch

    x = torch.from_numpy(data.x)
    for _ in range(schedule.epochs):
        order = torch.randperm(len(data), generator=generator)
        for rows in torch.split(order, schedule.batch):
            yield x[rows], called[rows]
