from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.signatures import spectral, two_clusters


def planted(share: float, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Two classes of 300 with 12 features; a share of class 1 moved along one direction."""
    rng = np.random.default_rng(seed)
    f, y = rng.standard_normal((600, 12)), np.repeat([0, 1], 300)
    bad = np.zeros(600, np.bool_)
    bad[300 : 300 + round(share * 300)] = True
    f[bad] += 8 * np.eye(12)[0]
    return f, y, bad


def test_planted_records_stand_out_along_the_strongest_direction_and_in_the_smaller_part() -> None:
    f, y, bad = planted(0.1)
    for scores in (spectral(f, y)(f, y), two_clusters(f, y, 0)(f, y)):
        assert bad[np.argsort(-scores)[: bad.sum()]].mean() > 0.8


def test_records_that_were_not_there_when_the_class_was_learnt_are_scored_alike() -> None:
    f, y, _ = planted(0.1)
    g, z, bad = planted(0.1, seed=1)
    assert spectral(f, y)(g, z)[bad].min() > np.quantile(spectral(f, y)(g, z)[~bad], 0.95)


def test_classes_too_small_to_say_anything_of_score_nothing() -> None:
    f, y = np.random.default_rng(0).standard_normal((12, 3)), np.array([0] * 9 + [1] * 3)
    assert (spectral(f, y)(f, y)[y == 1] == 0).all()
    assert (two_clusters(f, y, 0)(f, y)[y == 1] == 0).all()
    assert two_clusters(np.zeros((9, 3)), y[:9], 0)(np.zeros((9, 3)), y[:9]).tolist() == [0.0] * 9
