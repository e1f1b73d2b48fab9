import numpy as np

from bartizan.numerics.kernel import KernelTarget

RNG = np.random.default_rng(0)
X = RNG.random((120, 2)).astype(np.float32)
XOR = ((X[:, 0] > 0.5) ^ (X[:, 1] > 0.5)).astype(np.int64)


def test_it_learns_what_is_not_linear() -> None:
    target = KernelTarget(X, XOR, 2)
    assert (target.labels(X) == XOR).mean() > 0.95
    assert np.allclose(target.scores(X).sum(axis=1), 1, atol=1e-5)


def test_trained_anew_it_believes_the_new_labels_whatever_the_seed() -> None:
    other = KernelTarget(X, XOR, 2).retrain(X, 1 - XOR, seed=3)
    assert (other.labels(X) == 1 - XOR).mean() > 0.95
    assert np.array_equal(other.scores(X), other.retrain(X, 1 - XOR, seed=4).scores(X))
    assert other.info.digest != KernelTarget(X, XOR, 2).info.digest
