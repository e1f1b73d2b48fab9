"""From the space the adversary controls to the space the model was trained in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.core.data import Array
from bartizan.core.errors import ModelError
from bartizan.formats.digest import digest_of
from bartizan.formats.user_code import UserFunction, user_function

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Preprocess:
    """Subtract `mean`, divide by `std` (one value a channel, or a feature), or call the user's function, or nothing.

    The function gets a batch as the target holds it, a torch tensor for models with gradients and else a NumPy array,
    and returns the same kind.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    function: UserFunction | None = None

    def array(self, x: Array) -> Array:
        """The batch as the model wants it."""
        if self.function is not None:
            return np.asarray(self.function(x), dtype=np.float32)
        if not self.mean:
            return x
        mean, std = (np.asarray(v, np.float32).reshape(self._shape(x.ndim)) for v in (self.mean, self.std))
        return ((x - mean) / std).astype(np.float32)

    def tensor(self, x: torch.Tensor) -> torch.Tensor:
        """The batch as the model wants it, differentiable."""
        if self.function is not None:
            out: torch.Tensor = self.function(x)
            return out
        if not self.mean:
            return x
        shape = self._shape(x.ndim)
        return (x - x.new_tensor(self.mean).view(shape)) / x.new_tensor(self.std).view(shape)

    def digest(self) -> str:
        """What it does, as a digest."""
        return digest_of(repr(self.mean), repr(self.std), self.function.digest if self.function else "")

    def _shape(self, ndim: int) -> tuple[int, ...]:
        return (1, -1, *([1] * (ndim - 2)))


def preprocess_of(load: Any, root: Path, input_shape: tuple[int, ...], name: str) -> Preprocess:
    """The `preprocessing` of a model's `load`. Raises `ModelError` when it does not fit the inputs."""
    described = load.preprocessing
    if described == "inside":
        return Preprocess()
    if described.function is not None:
        return Preprocess(function=user_function(described.function, root, ModelError))
    if len(described.mean) not in (1, input_shape[0]):
        raise ModelError(
            f"the model '{name}': preprocessing has {len(described.mean)} means, but an input has {input_shape[0]}"
            f" {'channels' if len(input_shape) == 3 else 'features'}"
        )
    return Preprocess(tuple(described.mean), tuple(described.std))
