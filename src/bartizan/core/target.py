"""`Target`: a way to reach a model. Arrays in and out are NumPy; torch appears only behind `logits` and `weights`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from .base import Frozen
from .data import Array, Data, Labels
from .errors import AccessDenied

if TYPE_CHECKING:
    import torch


class TargetInfo(Frozen):
    """What is known of a target without asking it anything.

    bounds are those of the space the adversary controls (before any preprocessing of ours).
    digest covers the model file, the loader's code, the preprocessing, and every defence applied; `undefended` is that
    digest before any defence, so that what a referee draws from it is the same for every treatment.
    queries: how many an adversary who comes through an interface is answered; None: as many as it sends. No target
    counts (an owner may ask on): the view refuses what is beyond.
    promise: the (ε, δ) of differential privacy that its training is said to keep; None where nothing is claimed.
    voters: how many models, trained apart so that a record touches one at most, the scores are shares of votes of; None
    where there is no such vote.
    """

    id: str
    input_shape: tuple[int, ...]
    classes: int
    bounds: tuple[float, float] | None = None
    modality: Literal["image", "tabular"] = "image"
    differentiable: bool = False
    retrainable: bool = False
    digest: str = ""
    undefended: str = ""
    defences: tuple[str, ...] = ()
    queries: int | None = None
    promise: tuple[float, float] | None = None
    voters: int | None = None

    @property
    def origin(self) -> str:
        """The digest before any defence, as far as it is known."""
        return self.undefended or self.digest


class Target(ABC):
    """A model as it is deployed: preprocessing and defences included.

    Every method takes a batch and is deterministic unless the model itself is not.
    """

    info: TargetInfo

    @abstractmethod
    def scores(self, x: Array) -> Array:
        """Class probabilities, N×K, for `x` in `info.bounds`. Raises `ModelError` on NaN or a wrong shape."""

    def labels(self, x: Array) -> Labels:
        """The class the deployed system would act on, N."""
        return np.asarray(self.scores(x).argmax(axis=1), dtype=np.int64)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Differentiable class logits, N×K, of a tensor in `info.bounds`."""
        raise AccessDenied(f"{self.info.id} gives no gradients")

    def weights(self) -> torch.nn.Module:
        """The model itself, in evaluation mode, taking inputs as `logits` does."""
        raise AccessDenied(f"{self.info.id} does not show its weights")

    def update(self, x: Array, y: Labels, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        """What a party of a federated training sends after so many steps of gradient descent on the mean cross-entropy
        of all its records: (weights before − weights after) / `learning_rate`, by the names of `weights()`."""
        raise AccessDenied(f"{self.info.id} gives no updates")

    def parameters(self) -> dict[str, NDArray[np.generic]]:
        """The trained numbers by name, or nothing when the model cannot be written down so."""
        return {}

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> Target:
        """The same target with other trained numbers; `digest` becomes part of its identity."""
        raise AccessDenied(f"{self.info.id} cannot take other weights")

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        """A target trained from scratch by the user's recipe on (x, y)."""
        raise AccessDenied(f"{self.info.id} names no training function")

    def retrain_all(self, x: Array, y: Labels, *, seeds: Sequence[int]) -> list[Target]:
        """One target a seed, all trained on (x, y): one after another, unless a target knows how to do it together."""
        return [self.retrain(x, y, seed=s) for s in seeds]

    def files(self) -> list[str]:
        """Paths of the files the target was loaded from."""
        return []


class Defended(Target):
    """A target behind a defence. Passes everything through; a defence overrides what it changes.

    `retrain` trains the inner target anew and applies the same defence again, since the defender would.
    """

    def __init__(self, inner: Target, defence: str, digest: str) -> None:
        self.inner = inner
        self.info = inner.info.model_copy(
            update={"digest": digest, "defences": (*inner.info.defences, defence), "voters": None},
        )

    def scores(self, x: Array) -> Array:
        return self.inner.scores(x)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner.logits(x)

    def weights(self) -> torch.nn.Module:
        return self.inner.weights()

    def parameters(self) -> dict[str, NDArray[np.generic]]:
        return self.inner.parameters()

    def update(self, x: Array, y: Labels, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        return self.inner.update(x, y, steps=steps, learning_rate=learning_rate)

    def files(self) -> list[str]:
        return self.inner.files()

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        """The defence applied to a freshly trained inner target. Overridden by each defence."""
        raise NotImplementedError

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return self.again(self.inner.retrain(x, y, seed=seed), Data.of(x, y), seed=seed)
