"""Train many models of one recipe together: one forward and backward pass for all of them at each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError, UsageError
from bartizan.numerics.seeds import child

from .batches import batches, padded, steps_of
from .chain import Chain
from .layers import layers_of
from .masks import Mask
from .memory import AHEAD, POINTS, planned
from .one_by_one import initial, train_one
from .paths import Path, path_of
from .recipe import Recipe
from .steps import stepper
from .vectorised import Vectorised

if TYPE_CHECKING:
    import torch

    from bartizan.core.data import Array, Labels


@dataclass(frozen=True)
class Ensemble:
    """M models' answers.

    logits: M×P×C in evaluation mode, at P points; inside: M×N, which of the training pool each model was trained on.
    path: how they were trained, and `reason` why it was one by one. peak: bytes that the training took at its height,
    records and answers among them, by the count that `memory` is held against. weights: by name M×…, only where asked
    for.
    """

    logits: NDArray[np.float32]
    inside: Mask
    path: Path
    reason: str = ""
    peak: int = 0
    weights: dict[str, Array] | None = None


def train_stacked(
    recipe: Recipe,
    x: Array,
    y: Labels,
    *,
    inside: Mask,
    seed: int,
    points: Array | None = None,
    device: str = "cpu",
    memory: int = 2 << 30,
    keep_weights: bool = False,
    path: Path | None = None,
) -> Ensemble:
    """Train one model for each row of `inside` (M×N) on its records of the pool x (N×…, float32), y (N).

    Model m starts from an initialisation of its own and sees its records in an order of its own (or all in one, by the
    recipe); both hang on `seed` and m alone, so that more models are the same first ones and others. points: what the
    models are asked about, the pool if nothing is said. memory: bytes that all this may take, records and answers among
    it; where it is short, models wait for their turn, with the same result. path: how to train, chosen by itself
    otherwise. One thread on the CPU; other random state is left alone. Raises `DataError` on a pool and masks that do
    not match, `UsageError` where `memory` does not hold one model.
    """
    import torch

    _check(x, y, inside)
    seeds = [child(seed, "model", m) for m in range(len(inside))]
    with one_thread():
        xs = torch.from_numpy(np.ascontiguousarray(x, np.float32)).to(device)
        ys = torch.from_numpy(np.ascontiguousarray(y, np.int64)).to(device)
        asked = xs if points is None else torch.from_numpy(np.ascontiguousarray(points, np.float32)).to(device)
        net, other = (initial(recipe, s).to(device) for s in (seeds[0], child(seed, "other")))
        way, reason = (path, "") if path else path_of(net, other, xs[:8])
        plan = planned(net, way, xs, asked, len(inside), recipe, memory)
        out = _Answers.empty(net, asked, len(inside), keep_weights)
        _check_labels(y, out.logits.shape[2])
        orders = [batches(chosen, recipe, seed, m) for m, chosen in enumerate(inside)]
        totals = [steps_of(int(chosen.sum()), recipe) for chosen in inside]
        train = _one_after_another if way == "sequential" else _together
        for start in range(0, len(inside), plan.at_once):
            some = slice(start, start + plan.at_once)
            train(recipe, way, xs, ys, orders[some], totals[some], seeds[some], out)
    return Ensemble(out.logits, inside, way, reason, plan.peak, out.stacked_weights())


@dataclass
class _Answers:
    """Of the models trained so far, about `points`."""

    points: torch.Tensor
    logits: NDArray[np.float32]
    weights: list[dict[str, Array]] | None
    models: int = 0

    @classmethod
    def empty(cls, net: torch.nn.Module, points: torch.Tensor, models: int, keep: bool) -> _Answers:
        """Room for as many models."""
        import torch

        with torch.no_grad():
            classes = net.eval()(points[:1]).shape[1]
        return cls(points, np.empty((models, len(points), classes), np.float32), [] if keep else None)

    def add(self, net: torch.nn.Module) -> None:
        """Ask the next model."""
        import torch

        net.eval()
        with torch.no_grad():
            for i in range(0, len(self.points), POINTS):
                self.logits[self.models, i : i + POINTS] = net(self.points[i : i + POINTS]).cpu().numpy()
        if self.weights is not None:
            self.weights.append({n: v.detach().cpu().numpy().copy() for n, v in net.state_dict().items()})
        self.models += 1

    def stacked_weights(self) -> dict[str, Array] | None:
        """By name, M×…."""
        if self.weights is None:
            return None
        return {name: np.stack([w[name] for w in self.weights]) for name in self.weights[0]}


Orders = list[Iterator[NDArray[np.int64]]]


def _together(
    recipe: Recipe, path: Path, x: torch.Tensor, y: torch.Tensor, orders: Orders, totals: list[int], seeds: list[int],
    out: _Answers,
) -> None:  # fmt: skip
    net = initial(recipe, seeds[0]).to(x.device)
    models: Chain | Vectorised
    layers = layers_of(net, x[:2]) if path == "matrix" else None
    if path == "matrix":
        if layers is None:
            raise UsageError("networks of this recipe are no plain chain of layers; leave path to be chosen by itself")
        models = Chain(layers, len(seeds), recipe.batch, recipe.smoothing, str(x.device))
    else:
        models = Vectorised(net, len(seeds), recipe.smoothing, str(x.device))
    for k, seed in enumerate(seeds):
        models.take(k, initial(recipe, seed))
    _fit(models, recipe, x, y, orders, totals)
    for k in range(len(seeds)):
        models.put(k, net)
        out.add(net)


def _fit(
    models: Chain | Vectorised, recipe: Recipe, x: torch.Tensor, y: torch.Tensor, orders: Orders, totals: list[int]
) -> None:
    import torch

    step, last = stepper(models.stack, recipe), max(totals)
    for start in range(0, last, AHEAD):
        steps = range(start, min(start + AHEAD, last))
        index, weight = (torch.from_numpy(a).to(x.device) for a in padded(orders, recipe.batch, len(steps)))
        labels = y[index]
        for i, t in enumerate(steps):
            rates = [recipe.rate_at(t, n) for n in totals]
            step(models.gradients(x, index[i], labels[i], weight[i]), rates)


def _one_after_another(
    recipe: Recipe, path: Path, x: torch.Tensor, y: torch.Tensor, orders: Orders, totals: list[int], seeds: list[int],
    out: _Answers,
) -> None:  # fmt: skip
    for order, steps, seed in zip(orders, totals, seeds, strict=True):
        out.add(train_one(recipe, x, y, order, steps, seed))


def _check(x: Array, y: Labels, inside: Mask) -> None:
    if inside.ndim != 2 or len(x) != len(y) or inside.shape[1] != len(x):
        raise DataError(
            f"a pool of {len(x)} records with {len(y)} labels and masks of shape {inside.shape} do not match; give one "
            "row of masks a model and one column a record"
        )
    empty = int((~inside.any(axis=1)).sum())
    if not len(inside) or empty:
        raise DataError(f"{empty} of {len(inside)} models were to be trained on no record at all; give each some")


def _check_labels(y: Labels, classes: int) -> None:
    wrong = int(((y < 0) | (y >= classes)).sum())
    if wrong:
        raise DataError(f"{wrong} of {len(y)} labels are not among the {classes} classes of the recipe's networks")


@contextmanager
def one_thread() -> Iterator[None]:
    """torch on one thread, so that sums are taken in one order; and its random state put back afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(before)
