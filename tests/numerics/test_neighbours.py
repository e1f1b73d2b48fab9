import numpy as np
import pytest

from bartizan.numerics.membership import auc
from bartizan.numerics.neighbours import levelled, place_of
from bartizan.numerics.references import References, calibrated

N = 3000


def world(gain: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, References, np.ndarray, np.ndarray]:
    """Models whose chance waves over the records, and which are surer of what they were trained on."""
    rng = np.random.default_rng(seed)
    place, y = rng.random((N, 2)), rng.integers(2, size=N)
    inside = rng.random((5, N)) < 0.5
    waves = np.stack([2 * np.sin(place @ rng.normal(0, 4, 2) + rng.uniform(0, 6)) for _ in range(5)])
    sure = rng.normal(0, 1, N) + waves + gain * inside + rng.normal(0, 0.3, (5, N))
    return sure[0], inside[0], References(sure[1:], inside[1:]), place, y


def test_what_neighbours_share_is_taken_out_and_membership_stays() -> None:
    sure, member, refs, place, y = world(1.0)
    new, levels = levelled(sure, refs, place, y)
    assert auc(calibrated(new, levels), member)[0] > auc(calibrated(sure, refs), member)[0] + 0.1


def test_nothing_is_made_of_nothing() -> None:
    for seed in range(5):
        sure, member, refs, place, y = world(0.0, seed)
        new, levels = levelled(sure, refs, place, y)
        _, low, high = auc(calibrated(new, levels), member, alpha=0.001)
        assert low <= 0.5 <= high


def test_a_record_s_own_answer_is_left_out_of_its_correction() -> None:
    sure, _, refs, place, y = world(1.0)
    raised = sure.copy()
    raised[7] += 10
    assert levelled(raised, refs, place, y)[0][7] - levelled(sure, refs, place, y)[0][7] == pytest.approx(10)


def test_equal_places_and_tiny_classes_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    sure, refs = rng.normal(size=12), References(rng.normal(size=(2, 12)), rng.random((2, 12)) < 0.5)
    y = np.repeat([0, 1], [10, 2])
    new, _ = levelled(sure, refs, np.zeros((12, 3)), y)
    assert np.isfinite(new).all()
    assert np.array_equal(new[10:], sure[10:])


def test_the_level_of_logits_says_nothing_of_the_place() -> None:
    z = np.random.default_rng(0).normal(size=(3, 10, 4))
    assert place_of(z + 5) == pytest.approx(place_of(z))
