import numpy as np

from bartizan.attacks.privacy.inference.label_only import boundary_scale, noisy, sturdiness


def test_sturdiness_rises_with_the_share_of_right_answers_and_is_finite() -> None:
    right = np.array([[True, True, False], [True, False, False], [True, True, False]])
    scores = sturdiness(right)
    assert np.isfinite(scores).all()
    assert scores[0] > scores[1] > scores[2]


def test_noise_reaches_about_half_way_to_another_class() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 0.01, (200, 5)), rng.normal(1, 0.01, (200, 5))]).astype(np.float32)
    scale = boundary_scale(x, np.repeat([0, 1], 200), 0)
    assert abs(scale - 0.5) < 0.05
    changed = noisy(x, scale, 0)
    assert x.min() <= changed.min() <= changed.max() <= x.max()
    assert np.array_equal(changed, noisy(x, scale, 0))


def test_one_class_alone_has_a_scale_too() -> None:
    x = np.random.default_rng(0).random((30, 4)).astype(np.float32)
    assert boundary_scale(x, np.zeros(30, np.int64), 0) > 0
