from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.numerics.apart import apart
from bartizan.numerics.signatures import spectral, two_clusters


def planted(share: float, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Two classes of 300 with 12 features; a share of class 1 moved along one direction."""
    rng = np.random.default_rng(seed)
    f, y = rng.standard_normal((600, 12)), np.repeat([0, 1], 300)
    bad = np.zeros(600, np.bool_)
    bad[300 : 300 + round(share * 300)] = True
    f[bad] += 8 * np.eye(12)[0]
    return f, y, bad


def hidden(
    share: float, shift: float, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Five classes of 300 that all spread most along the first of 12 features; planted records of class 1 are moved
    along the second, less far than the first spreads."""
    rng = np.random.default_rng(seed)
    f, y = rng.standard_normal((1500, 12)) * np.array([9.0] + [1.0] * 11), np.repeat(np.arange(5), 300)
    bad = np.zeros(1500, np.bool_)
    bad[300 : 300 + round(share * 300)] = True
    f[bad, 1] += shift
    return f, y, bad


def test_planted_records_stand_out_along_the_strongest_direction_and_in_the_smaller_part() -> None:
    f, y, bad = planted(0.1)
    known = apart(f, y)
    for scores in (spectral(known)(f, y), two_clusters(known, f, y, 0)(f, y)):
        assert bad[np.argsort(-scores)[: bad.sum()]].mean() > 0.8


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_a_trigger_is_ranked_above_clean_records_whether_few_or_many_bear_it_and_however_classes_spread(
    share: float,
) -> None:
    f, y, bad = hidden(share, 7.0)
    known = apart(f, y)
    for score in (spectral(known), two_clusters(known, f, y, 0)):
        scores = score(f, y)
        assert (scores[bad] > np.quantile(scores[~bad], 0.99)).mean() > 0.9


def test_records_that_were_not_there_when_the_class_was_learnt_are_scored_alike() -> None:
    f, y, _ = planted(0.1)
    g, z, bad = planted(0.1, seed=1)
    score = spectral(apart(f, y))
    assert score(g, z)[bad].min() > np.quantile(score(g, z)[~bad], 0.95)


def test_more_features_than_are_looked_at_change_nothing_to_speak_of() -> None:
    f, y, bad = hidden(0.1, 7.0)
    wide = np.concatenate([f, np.random.default_rng(1).standard_normal((len(f), 200)) * 0.1], axis=1)
    scores = spectral(apart(wide, y))(wide, y)
    assert (scores[bad] > np.quantile(scores[~bad], 0.99)).mean() > 0.9


def test_classes_too_small_to_say_anything_of_score_nothing() -> None:
    f, y = np.random.default_rng(0).standard_normal((12, 3)), np.array([0] * 9 + [1] * 3)
    known = apart(f, y)
    assert (spectral(known)(f, y)[y == 1] == 0).all()
    assert (two_clusters(known, f, y, 0)(f, y)[y == 1] == 0).all()
    zeros = np.zeros((9, 3))
    assert two_clusters(apart(zeros, y[:9]), zeros, y[:9], 0)(zeros, y[:9]).tolist() == [0.0] * 9
    assert apart(zeros[:3], y[:3]) == {}
