"""`features_used`: which inputs a model looks at and how strongly, from queries alone.

A group of input values is swapped with those of another example, so that each value stays one that occurs. Breiman,
Random forests, Machine Learning 45 (2001); with the model's own answer in place of the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import DataError
from bartizan.numerics.holm import holm
from bartizan.numerics.intervals import mean_interval
from bartizan.numerics.rate import Rate

from ..copying.answers import kind_of, probabilities
from ..copying.inputs import checked_inputs
from ..copying.oracle import readable

PATCH = 4
"""Rows and columns of an image that are swapped together, where no groups are given."""


@dataclass(frozen=True)
class FeatureUse:
    """One group of input values. indices: into the flat input. used: whether the answers depend on it, certain of a
    target that repeats itself, at 5 % over all groups of one that does not. strength, low, high: how far the answer
    moves, as the total variation between probabilities (of labels: how often they change), mean with its 95 %
    interval (Student). changed: share of inputs whose class changes, with its exact interval."""

    name: str
    indices: NDArray[np.int64]
    used: bool
    strength: float
    low: float
    high: float
    changed: Rate


@dataclass(frozen=True)
class FeaturesUsed:
    """groups in their order; queries; repeats: whether the target gave the same answer when asked the same again."""

    groups: tuple[FeatureUse, ...]
    queries: int
    repeats: bool

    @property
    def ranked(self) -> list[FeatureUse]:
        """The strongest first."""
        return sorted(self.groups, key=lambda g: -g.strength)


def features_used(
    predict: Callable[[Array], Any],
    x: Any,
    *,
    groups: dict[str, Sequence[int]] | None = None,
    swaps: int = 1,
    batch: int = 256,
    seed: int = 0,
) -> FeaturesUsed:
    """Ask `predict` (N×… to logits, probabilities or classes) about `x` (N×…, at least 20), about `x` again, and with
    each group of values swapped between examples `swaps` times: N·(2 + groups·swaps) queries.

    groups: names to indices into the flat input; columns of a table and patches of 4×4 of an image if nothing is said.
    A feature that stands in for another counts as used only where the model looks at it. Raises `UsageError` and its
    kin in one sentence.
    """
    inputs = checked_inputs(x, "x")
    if len(inputs) < 20:
        raise DataError(f"x has {len(inputs)} inputs; give at least 20, or the intervals tell nothing")
    chosen = _checked(groups, inputs[0].size) if groups is not None else usual_groups(inputs.shape[1:])
    ask = _Asked(predict, batch)
    plain, again = ask(inputs), ask(inputs)
    noise = _moved(plain, again)
    rng = np.random.default_rng(seed)
    moves = {name: _swapped(ask, inputs, plain, index, swaps, rng) for name, index in chosen.items()}
    used = _used({name: m[0] for name, m in moves.items()}, noise)
    return FeaturesUsed(
        tuple(_use(name, index, used[name], *moves[name]) for name, index in chosen.items()),
        ask.queries,
        bool((noise == 0).all()),
    )


def usual_groups(shape: tuple[int, ...]) -> dict[str, NDArray[np.int64]]:
    """Each column of a table by itself; patches of an image C×H×W through all channels, named by row and column."""
    size = int(np.prod(shape))
    if len(shape) != 3:
        return {str(i): np.array([i]) for i in range(size)}
    place = np.arange(size).reshape(shape)
    return {
        f"{i}:{j}": place[:, i : i + PATCH, j : j + PATCH].ravel()
        for i in range(0, shape[1], PATCH)
        for j in range(0, shape[2], PATCH)
    }


class _Asked:
    """Answers as probabilities N×K, one-hot for classes, in float64."""

    def __init__(self, predict: Callable[[Array], Any], batch: int) -> None:
        self._predict, self._batch, self.queries = predict, batch, 0
        self._kind: str | None = None

    def __call__(self, x: Array) -> NDArray[np.float64]:
        self.queries += len(x)
        parts = [x[i : i + self._batch] for i in range(0, len(x), self._batch)]
        answers = np.concatenate([readable(self._predict(np.ascontiguousarray(p)), len(p)) for p in parts])
        self._kind = self._kind or kind_of(answers)
        if self._kind == "labels":
            return np.asarray(answers[:, None] == np.arange(max(int(answers.max()) + 1, 1024)), np.float64)
        return np.asarray(probabilities(answers) if self._kind == "logits" else answers, np.float64)


def _moved(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Total variation between rows, N."""
    return np.asarray(0.5 * np.abs(a - b).sum(axis=1), np.float64)


def _swapped(
    ask: _Asked, x: Array, plain: NDArray[np.float64], index: NDArray[np.int64], swaps: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How far each answer moves on average, and whether its class ever changes."""
    moved, changed = np.zeros(len(x)), np.zeros(len(x), np.bool_)
    for _ in range(swaps):
        flat = x.reshape(len(x), -1).copy()
        flat[:, index] = flat[_derangement(len(x), rng)][:, index]
        answers = ask(flat.reshape(x.shape))
        moved += _moved(plain, answers) / swaps
        changed |= answers.argmax(axis=1) != plain.argmax(axis=1)
    return moved, changed


def _derangement(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Another example for each, every one once: a rotation of a random order."""
    order = rng.permutation(n)
    out = np.empty(n, np.int64)
    out[order] = np.roll(order, 1)
    return out


def _used(moved: dict[str, NDArray[np.float64]], noise: NDArray[np.float64]) -> dict[str, bool]:
    if (noise == 0).all():
        return {name: bool((m > 0).any()) for name, m in moved.items()}
    from scipy.stats import binomtest

    wins = {name: (int((m > noise).sum()), int((m != noise).sum())) for name, m in moved.items()}
    p = [float(binomtest(k, n, 0.5, alternative="greater").pvalue) if n else 1.0 for k, n in wins.values()]
    return dict(zip(moved, (holm(p) <= 0.05).tolist(), strict=True))


def _use(
    name: str, index: NDArray[np.int64], used: bool, moved: NDArray[np.float64], changed: NDArray[np.bool_]
) -> FeatureUse:
    low, high = mean_interval(moved, bounds=(0.0, 1.0))
    return FeatureUse(name, index, used, float(moved.mean()), low, high, Rate.of(changed))


def _checked(groups: dict[str, Sequence[int]], size: int) -> dict[str, NDArray[np.int64]]:
    out = {name: np.asarray(index, np.int64) for name, index in groups.items()}
    bad = [name for name, i in out.items() if not len(i) or i.min() < 0 or i.max() >= size]
    if bad or not out:
        raise DataError(f"the groups {', '.join(bad) or '(none)'} name no values of an input, which has {size}")
    return out
