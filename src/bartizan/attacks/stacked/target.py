"""A model of a known recipe as a target: whoever trains it anew trains all seeds at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.seeds import child

from .one_by_one import initial
from .recipe import Recipe
from .training import train_stacked

if TYPE_CHECKING:
    import torch

POINTS = 512


class RecipeTarget(Target):
    """A network that a `Recipe` built and trained; `retrain_all` trains one for each seed in one go.

    Untrained where no network is given, for victims of poison, of which only the retrained ones are asked.
    """

    def __init__(
        self,
        recipe: Recipe,
        classes: int,
        input_shape: tuple[int, ...],
        *,
        bounds: tuple[float, float] | None = (0.0, 1.0),
        net: torch.nn.Module | None = None,
        digest: str = "recipe",
    ) -> None:
        self.recipe = recipe
        self.net = (initial(recipe, 0) if net is None else net).eval()
        self.info = TargetInfo(
            id="recipe",
            input_shape=input_shape,
            classes=classes,
            bounds=bounds,
            modality="image" if len(input_shape) == 3 else "tabular",
            differentiable=True,
            retrainable=True,
            digest=digest,
        )

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.net(x)
        return out

    def scores(self, x: Array) -> Array:
        import torch

        with torch.no_grad():
            parts = [
                self.net(torch.from_numpy(np.ascontiguousarray(x[i : i + POINTS], np.float32))).softmax(1).numpy()
                for i in range(0, len(x), POINTS)
            ]
        found = np.concatenate(parts) if parts else np.zeros((0, self.info.classes), np.float32)
        if not np.isfinite(found).all():
            raise ModelError("the trained model answers NaN: its training diverged; train it at a lower rate")
        return found

    def weights(self) -> torch.nn.Module:
        return self.net

    def parameters(self) -> dict[str, NDArray[np.generic]]:
        return {name: value.detach().numpy().copy() for name, value in self.net.state_dict().items()}

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> Target:
        return self._like(arrays, digest)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return self.retrain_all(x, y, seeds=(seed,))[0]

    def retrain_all(self, x: Array, y: Labels, *, seeds: Sequence[int]) -> list[Target]:
        """One model a seed, trained together. The stack's seed is the first one, so that the same seeds give the same
        models whatever the records."""
        if not seeds:
            return []
        inside = np.ones((len(seeds), len(x)), np.bool_)
        stack = train_stacked(
            self.recipe, x, y, inside=inside, seed=child(seeds[0], "victims"), points=x[:1], keep_weights=True
        )
        assert stack.weights is not None
        return [self._like({n: a[m] for n, a in stack.weights.items()}, f"{seeds}{m}") for m in range(len(seeds))]

    def _like(self, weights: dict[str, NDArray[np.generic]], name: str) -> RecipeTarget:
        import torch

        net = initial(self.recipe, 0)
        net.load_state_dict({n: torch.from_numpy(np.array(a)) for n, a in weights.items()}, strict=False)
        digest = hashlib.sha256((self.info.digest + name).encode()).hexdigest()
        return RecipeTarget(
            self.recipe, self.info.classes, self.info.input_shape, bounds=self.info.bounds, net=net, digest=digest
        )
