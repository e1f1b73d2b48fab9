"""Questions and answers a copy is taught with."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.numerics.distillation import query_pool, soft_targets


def test_rounded_and_cut_scores_become_probabilities() -> None:
    whole, cut, over = soft_targets(np.array([[0.7, 0.2, 0.1], [0.8, 0, 0], [0.67, 0.34, 0]], np.float32))
    assert whole == pytest.approx([0.7, 0.2, 0.1], abs=1e-6)
    assert cut == pytest.approx([0.8, 0.1, 0.1], abs=1e-6)
    assert over == pytest.approx([0.67 / 1.01, 0.34 / 1.01, 0], abs=1e-6)


def test_queries_start_with_own_data_and_stay_in_bounds() -> None:
    own = np.random.default_rng(0).random((30, 2), np.float32)
    pool = query_pool(own, (2,), (0.0, 1.0), 200, noise=0.5, seed=1)
    assert pool.shape == (200, 2)
    assert {tuple(r) for r in pool[:30]} == {tuple(r) for r in own}
    assert pool.min() >= 0
    assert pool.max() <= 1
    assert len(np.unique(pool, axis=0)) > 190


@pytest.mark.parametrize("bounds", [None, (0.0, 1.0)])
def test_queries_without_any_own_data(bounds: tuple[float, float] | None) -> None:
    pool = query_pool(np.zeros((0, 2), np.float32), (2,), bounds, 40, noise=0.1, seed=0)
    assert pool.shape == (40, 2)
    assert pool.dtype == np.float32
    assert (pool.min() < 0) == (bounds is None)
