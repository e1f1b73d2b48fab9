"""The page classifier: gradient-boosted trees, and the recipe they are trained by. `system.yaml` names `train`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from lightgbm import Booster
    from numpy.typing import NDArray

TREES = 60
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.1,
    "min_data_in_leaf": 10,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def train(x: NDArray[np.float32], y: NDArray[np.int64], *, seed: int) -> Booster:
    """Train from scratch on pages `x` (N×9) with labels `y` (N; 1: phishing). The same seed gives the same trees."""
    import lightgbm

    return lightgbm.train({**PARAMETERS, "seed": seed}, lightgbm.Dataset(x, y), num_boost_round=TREES)
