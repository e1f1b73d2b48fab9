import numpy as np
import pytest

from bartizan.numerics.linear import LinearTarget

rng = np.random.default_rng(0)


def test_numpy_and_torch_agree() -> None:
    torch = pytest.importorskip("torch")
    target = LinearTarget(rng.normal(size=(12, 3)), rng.normal(size=3), input_shape=(3, 2, 2))
    x = rng.random((5, 3, 2, 2), dtype=np.float32)
    want = torch.softmax(target.logits(torch.from_numpy(x)), 1).numpy()
    assert target.scores(x) == pytest.approx(want, abs=1e-6)
    assert target.weights()(torch.from_numpy(x)).detach().numpy() == pytest.approx(
        target.logits(torch.from_numpy(x)).numpy(), abs=1e-6
    )
    assert target.info.modality == "image"


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        LinearTarget(np.ones((4, 2)), input_shape=(5,))


def test_retraining_learns_and_ignores_the_seed() -> None:
    x = rng.random((200, 4), dtype=np.float32)
    y = (x[:, 0] > x[:, 1]).astype(np.int64)
    target = LinearTarget(np.zeros((4, 2)))
    one, two = target.retrain(x, y, seed=1), target.retrain(x, y, seed=2)
    assert (one.labels(x) == y).mean() > 0.95
    assert np.array_equal(one.W, two.W)
    assert one.info.digest == two.info.digest != target.info.digest


def test_parameters_round_trip() -> None:
    target = LinearTarget(rng.normal(size=(4, 2)), bounds=None)
    same = target.with_parameters(target.parameters(), digest="d")
    x = rng.random((3, 4), dtype=np.float32)
    assert np.array_equal(same.scores(x), target.scores(x))
    assert same.info.digest == "d"
    assert same.info.bounds is None


def test_saturated_scores_still_have_the_right_label() -> None:
    W = rng.normal(size=(4, 3)) * 1e4
    x = rng.random((50, 4), dtype=np.float32)
    assert np.array_equal(LinearTarget(W).labels(x), (x.astype(np.float64) @ W.astype(np.float32)).argmax(1))
