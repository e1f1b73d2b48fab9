"""Search by labels in L0 and L1, on models whose least change is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.attacks.evasion import query_attack
from bartizan.numerics.projections import size_of

Array = NDArray[Any]
SHAPE = (1, 8, 8)


def lit(points: Array, pixels: tuple[int, ...], above: float = 0.8) -> Array:
    """Class 1 where all of `pixels` are above a level."""
    return np.asarray((points.reshape(len(points), -1)[:, list(pixels)] > above).all(1).astype(np.int64))


def dark(n: int = 8, shape: tuple[int, ...] = SHAPE) -> Array:
    return np.random.default_rng(0).uniform(0.1, 0.4, (n, *shape)).astype(np.float32)


@pytest.mark.parametrize("shape", [SHAPE, (64,)])
def test_finds_the_three_values_that_matter_and_no_fewer(shape: tuple[int, ...]) -> None:
    x, pixels = dark(shape=shape), (9, 10, 40)
    y = np.zeros(len(x), np.int64)
    for eps, falls in ((3, True), (2, False)):
        found = query_attack(lambda p: lit(p, pixels), x, y, access="labels", norm="l0", eps=eps, budget=600, seed=0)
        assert found.fell.all() if falls else not found.fell.any()
        assert found.invalid == 0
        assert (size_of(found.adversarial.astype(np.float64) - x, "l0") <= eps).all()


def test_lessens_what_must_change_in_l1() -> None:
    """Two pixels of about 0.25 must pass 0.8: 1.2 in sum is enough with room, 0.7 is not."""
    x, y = dark(), np.zeros(8, np.int64)
    for eps, falls in ((1.5, True), (0.7, False)):
        found = query_attack(lambda p: lit(p, (3, 4)), x, y, access="labels", norm="l1", eps=eps, budget=600, seed=0)
        assert found.fell.mean() > 0.7 if falls else not found.fell.any()
        assert (size_of(found.adversarial.astype(np.float64) - x, "l1") <= eps * (1 + 1e-6)).all()


def test_a_model_that_never_changes_its_mind_spends_the_budget_and_stands() -> None:
    x, y = dark(3), np.zeros(3, np.int64)
    found = query_attack(lambda p: np.zeros(len(p), np.int64), x, y, access="labels", norm="l0", eps=60, budget=50)
    assert found.robust.all()
    assert found.queries.tolist() == [50, 50, 50]


def test_the_same_alone_and_in_company() -> None:
    x, y = dark(), np.zeros(8, np.int64)

    def search(of: slice) -> Array:
        return query_attack(
            lambda p: lit(p, (9, 10, 40)), x[of], y[of], access="labels", norm="l0", eps=3, budget=600, checks=False
        ).queries

    assert search(slice(None))[:1].tolist() == search(slice(0, 1)).tolist()
