"""Train many models of one recipe together: one forward and backward pass for all of them at each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError
from bartizan.numerics.seeds import child

from .batches import batches, padded, steps_of
from .forward import Forward, Path, Stack, forward_of, path_of, stacked, unstacked
from .masks import Mask
from .memory import models_at_once
from .one_by_one import initial, train_one
from .recipe import Recipe
from .steps import stepper

if TYPE_CHECKING:
    import torch

    from bartizan.core.data import Array, Labels

AHEAD = 64
POINTS = 1024


@dataclass(frozen=True)
class Ensemble:
    """M models' answers.

    logits: M×P×C in evaluation mode, at P points; inside: M×N, which of the training pool each model was trained on.
    path: how they were trained, and `reason` why it was one by one. weights: by name M×…, only where asked for.
    """

    logits: NDArray[np.float32]
    inside: Mask
    path: Path
    reason: str = ""
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
    models are asked about, the pool if nothing is said. memory: bytes that the models in training at one time may take
    together; more of them wait for their turn, with the same result. path: how to train, chosen by itself otherwise.
    One thread on the CPU; other random state is left alone. Raises `DataError` on a pool and masks that do not match.
    """
    import torch

    _check(x, y, inside)
    seeds = [child(seed, "model", m) for m in range(len(inside))]
    with one_thread():
        xs = torch.from_numpy(np.ascontiguousarray(x, np.float32)).to(device)
        ys = torch.from_numpy(np.ascontiguousarray(y, np.int64)).to(device)
        asked = xs if points is None else torch.from_numpy(np.ascontiguousarray(points, np.float32)).to(device)
        net = initial(recipe, seeds[0]).to(device)
        way, reason = (path, "") if path else path_of(net, xs[:8])
        parts = []
        size = models_at_once(net, xs[: recipe.batch], recipe, memory, way)
        for start in range(0, len(inside), size):
            models = range(start, min(start + size, len(inside)))
            chosen, some = inside[models.start : models.stop], seeds[models.start : models.stop]
            train = _one_after_another if way == "sequential" else _together
            parts.append(train(recipe, xs, ys, chosen, some, seed, models, asked, way, keep_weights))
    logits = np.concatenate([p[0] for p in parts])
    kept = {n: np.concatenate([p[1][n] for p in parts]) for n in parts[0][1]} if keep_weights else None
    return Ensemble(logits, inside, way, reason, kept)


Trained = tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]


def _together(
    recipe: Recipe, x: torch.Tensor, y: torch.Tensor, inside: Mask, seeds: list[int], seed: int, models: range,
    points: torch.Tensor, path: Path, keep: bool,
) -> Trained:  # fmt: skip
    nets = [initial(recipe, s) for s in seeds]
    stack = stacked(nets, str(x.device), path)
    forward = forward_of(nets[0].to(x.device).train(), path, x.ndim)
    streams = [batches(chosen, recipe, seed, m) for chosen, m in zip(inside, models, strict=True)]
    totals = [steps_of(int(chosen.sum()), recipe) for chosen in inside]
    _fit(forward, stack, recipe, x, y, streams, totals)
    weights = unstacked(stack, path) if keep else {}
    return _answers(forward_of(nets[0].eval(), path, x.ndim), stack, points), weights


def _fit(
    forward: Forward, stack: Stack, recipe: Recipe, x: torch.Tensor, y: torch.Tensor,
    streams: list[Iterator[NDArray[np.int64]]], totals: list[int],
) -> None:  # fmt: skip
    import torch
    from torch.nn.functional import cross_entropy

    step, last = stepper(stack, recipe), max(totals)
    for start in range(0, last, AHEAD):
        steps = range(start, min(start + AHEAD, last))
        index, weight = (torch.from_numpy(a).to(x.device) for a in padded(streams, recipe.batch, len(steps)))
        rates = [[recipe.rate_at(t, n) for n in totals] for t in steps]
        for i in range(len(steps)):
            z = forward(stack, _gathered(x, index[i]))
            losses = cross_entropy(
                z.flatten(0, 1), y[index[i]].flatten(), reduction="none", label_smoothing=recipe.smoothing
            )
            torch.dot(losses, weight[i].flatten()).backward()  # type: ignore[no-untyped-call]
            step(rates[i])


def _gathered(x: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """x[index], K×B×…, in the way that copies whole rows."""
    return x.index_select(0, index.flatten()).view(*index.shape, *x.shape[1:])


def _answers(forward: Forward, stack: Stack, points: torch.Tensor) -> NDArray[np.float32]:
    import torch

    models = len(next(iter(stack.values())))
    size = max(POINTS // models, 64)
    with torch.no_grad():
        parts = [forward(stack, points[i : i + size]).cpu() for i in range(0, len(points), size)]
    return torch.cat(parts, 1).numpy()


def _one_after_another(
    recipe: Recipe, x: torch.Tensor, y: torch.Tensor, inside: Mask, seeds: list[int], seed: int, models: range,
    points: torch.Tensor, path: Path, keep: bool,
) -> Trained:  # fmt: skip
    import torch

    logits, weights = [], []
    for chosen, own, m in zip(inside, seeds, models, strict=True):
        net = train_one(recipe, x, y, batches(chosen, recipe, seed, m), steps_of(int(chosen.sum()), recipe), own)
        with torch.no_grad():
            logits.append(torch.cat([net(points[i : i + POINTS]).cpu() for i in range(0, len(points), POINTS)]).numpy())
        weights.append({n: v.detach().cpu().numpy() for n, v in net.state_dict().items()} if keep else {})
    return np.stack(logits), {n: np.stack([w[n] for w in weights]) for n in weights[0]}


def _check(x: Array, y: Labels, inside: Mask) -> None:
    if inside.ndim != 2 or len(x) != len(y) or inside.shape[1] != len(x):
        raise DataError(
            f"a pool of {len(x)} records with {len(y)} labels and masks of shape {inside.shape} do not match; give one "
            "row of masks a model and one column a record"
        )
    empty = int((~inside.any(axis=1)).sum())
    if not len(inside) or empty:
        raise DataError(f"{empty} of {len(inside)} models were to be trained on no record at all; give each some")


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
