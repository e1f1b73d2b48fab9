"""The batches of many models, each through records of its own, padded to one shape."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.seeds import child

from .masks import Mask
from .recipe import Recipe

Rows = NDArray[np.int64]


def steps_of(records: int, recipe: Recipe) -> int:
    """Steps that a model takes through so many records."""
    return recipe.epochs * _batches(records, recipe.batch)


def batches(inside: Mask, recipe: Recipe, seed: int, model: int) -> Iterator[Rows]:
    """Rows of each batch of model number `model`, trained on the points `inside` (N).

    Every epoch goes through all of them once, in another order; a last batch of a single record is left out of its
    epoch, since batch normalisation could not take it.
    """
    whose = model if recipe.order == "own" else "all"
    rng = np.random.default_rng(child(seed, "order", whose))
    for _ in range(recipe.epochs):
        order = rng.permutation(len(inside)).astype(np.int64)
        rows = order[inside[order]]
        for b in range(_batches(len(rows), recipe.batch)):
            yield rows[b * recipe.batch : (b + 1) * recipe.batch]


def padded(streams: list[Iterator[Rows]], batch: int, steps: int) -> tuple[Rows, NDArray[np.float32]]:
    """The next `steps` batches of each of K streams: rows and weights, steps×K×batch.

    A weight is 1 over the size of its batch, and 0 where there is no record: beside the end of a short batch, and all
    along where a stream has ended.
    """
    rows = np.zeros((steps, len(streams), batch), np.int64)
    weights = np.zeros(rows.shape, np.float32)
    for k, stream in enumerate(streams):
        for step in range(steps):
            chosen = next(stream, None)
            if chosen is None:
                break
            rows[step, k, : len(chosen)] = chosen
            weights[step, k, : len(chosen)] = 1 / len(chosen)
    return rows, weights


def _batches(records: int, batch: int) -> int:
    whole = math.ceil(records / batch)
    return whole - 1 if whole > 1 and batch > 1 and records % batch == 1 else whole
