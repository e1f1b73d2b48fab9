"""What clean models of the same recipe look like, and how far another one stands out from them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, train_stacked
from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    import torch

LEAST_SPREAD = 0.02  # of a statistic over models, in mean clean margins: below it a difference is noise


@dataclass(frozen=True)
class Null:
    """values: M×S, the statistics `names` of M clean models, looked at in the same way and with the same samples."""

    names: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def of(cls, looks: list[dict[str, float]]) -> Null:
        """Raises `UsageError` where there are fewer than two, or they were not looked at alike."""
        if len(looks) < 2:
            raise UsageError(f"{len(looks)} clean models are no null; give at least 2 (5 to rank, 20 to state 5 %)")
        names = tuple(looks[0])
        if any(tuple(look) != names for look in looks):
            raise UsageError("the clean models were not all looked at with the same settings; build the null anew")
        return cls(names, np.array([[look[n] for n in names] for look in looks]))

    def standing(self, statistics: dict[str, float]) -> Standing:
        """How the model with these `statistics` stands among the clean ones. Raises `UsageError` as `of` does."""
        if tuple(statistics) != self.names:
            raise UsageError("the null was made with other settings or another number of classes; build it anew")
        every = np.vstack([self.values, [statistics[n] for n in self.names]])
        z = _left_out(every)
        worst, own = z.max(axis=1), z[-1]
        p = (1 + (worst[:-1, None] >= own).sum(axis=0)) / len(every)
        of = dict(zip(self.names, own.tolist(), strict=True))
        return Standing(of, dict(zip(self.names, p.tolist(), strict=True)), len(self))


@dataclass(frozen=True)
class Standing:
    """z: each statistic, less its mean over the clean models and in their spread. each: its conformal p among the
    largest z of every clean model, so that however many are looked at, one clean model in 1/p stands out as far.
    models: clean ones."""

    z: dict[str, float]
    each: dict[str, float]
    models: int

    @property
    def worst(self) -> float:
        """The largest z."""
        return max(self.z.values())

    @property
    def p(self) -> float:
        """Of the model: the share of models (this one counted) that stand out as far in whatever they do."""
        return min(self.each.values())

    def top(self) -> str:
        """The statistic that stands out furthest."""
        return max(self.z, key=lambda name: self.z[name])


def _left_out(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every row by mean and spread of all others, so that under the null no row differs from another in law."""
    n = len(values)
    mean = (values.sum(axis=0) - values) / (n - 1)
    square = ((values**2).sum(axis=0) - values**2) / (n - 1)
    spread = np.sqrt(np.maximum(square - mean**2, 0) * (n - 1) / max(n - 2, 1))
    return np.asarray((values - mean) / np.maximum(spread, LEAST_SPREAD))


def clean_models(recipe: Recipe, x: Array, y: Labels, *, models: int, seed: int, share: float = 0.5) -> Iterator[Any]:
    """Networks trained by `recipe` on random `share`s of clean data, in evaluation mode."""
    rng = np.random.default_rng(child(seed, "null"))
    size = max(1, round(share * len(y)))
    inside = np.zeros((models, len(y)), np.bool_)
    for row in inside:
        row[rng.permutation(len(y))[:size]] = True
    made = train_stacked(recipe, x, y, inside=inside, seed=seed, points=x[:1], keep_weights=True)
    for m in range(models):
        yield loaded(recipe.build, {name: w[m] for name, w in (made.weights or {}).items()})


def loaded(build: Callable[[], torch.nn.Module], weights: dict[str, Any]) -> torch.nn.Module:
    """A network with these weights, in evaluation mode."""
    import torch

    net = copy.deepcopy(build())
    net.load_state_dict({name: torch.from_numpy(np.array(w)) for name, w in weights.items()})
    return net.eval()


def null_of(models: Iterable[Any], statistics: Callable[[Any], dict[str, float]]) -> Null:
    """The null of `models`, each of which `statistics` looks at."""
    return Null.of([statistics(m) for m in models])
