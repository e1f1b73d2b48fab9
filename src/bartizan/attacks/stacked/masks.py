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
