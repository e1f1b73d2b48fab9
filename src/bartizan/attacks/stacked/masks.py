"""Which record each model is trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.seeds import child

Mask = NDArray[np.bool_]


def fair_coins(models: int, points: int, seed: int) -> Mask:
    """M×N: a fair coin for each model and point, all of them independent.

    Never exactly half of the models, and never thrown again: where the number of models that saw a record is fixed or
    bounded, that number among the others tells whether the one left out saw it, and a score could live on it alone.
    """
    coins: Mask = np.random.default_rng(child(seed, "coins")).random((models, points)) < 0.5
    return coins


def paired_coins(models: int, points: int, seed: int) -> Mask:
    """M×N: fair coins for every second model, and the other side of each coin for the next; the last of an odd number
    stands alone.

    Every record is then seen by half of the models, and what few models there are say most of it. Of two that share a
    coin each tells what the other was trained on: one may never be used to guess the other's members
    (`References.without` sees to that). Anything else knows nothing of either.
    """
    heads = fair_coins((models + 1) // 2, points, seed)
    return np.stack([heads[m // 2] ^ bool(m % 2) for m in range(models)])
