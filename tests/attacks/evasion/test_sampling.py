import numpy as np
import pytest

from bartizan.attacks.evasion.sampling import noisy
from bartizan.numerics.projections import size_of


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_noise_lies_in_ball_and_box_and_fills_them(norm):
    rng = np.random.default_rng(0)
    x0 = rng.choice([0.0, 0.5, 1.0], size=(50, 1, 4, 4)).astype(np.float32)
    eps = 0.1
    sizes = []
    for _ in range(10):
        x = noisy(x0, norm, eps, (0.0, 1.0), rng)
        assert x.dtype == np.float32
        assert x.min() >= 0
        assert x.max() <= 1
        sizes.append(size_of(x.astype(np.float64) - x0, norm))
    assert np.max(sizes) <= eps * (1 + 1e-6)
    assert np.max(sizes) >= 0.9 * eps
