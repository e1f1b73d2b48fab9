import numpy as np
import pytest

from bartizan.numerics.warps import smooth_flow, warped

X = np.random.default_rng(0).random((2, 3, 7, 5)).astype(np.float32)


def test_no_displacement_changes_nothing() -> None:
    assert np.array_equal(warped(X, np.zeros((2, 7, 5), np.float32)), X)


def test_whole_pixels_are_a_shift_and_the_edge_is_repeated() -> None:
    flow = np.zeros((2, 7, 5), np.float32)
    flow[1] = 1
    out = warped(X, flow)
    assert np.allclose(out[..., :-1], X[..., 1:])
    assert np.allclose(out[..., -1], X[..., -1])


def test_half_a_pixel_is_the_mean_of_two() -> None:
    flow = np.zeros((2, 7, 5), np.float32)
    flow[0] = 0.5
    assert np.allclose(warped(X, flow)[:, :, :-1], (X[:, :, 1:] + X[:, :, :-1]) / 2, atol=1e-6)


@pytest.mark.parametrize("size", [(28, 28), (8, 6), (1, 1)])
def test_a_field_has_the_size_and_strength_asked_for(size: tuple[int, int]) -> None:
    flow = smooth_flow(*size, 4, 1.5, seed=3)
    assert flow.shape == (2, *size)
    assert np.abs(flow).mean() == pytest.approx(1.5, rel=1e-4)
    assert not np.array_equal(flow, smooth_flow(*size, 4, 1.5, seed=4))


def test_a_field_is_smooth() -> None:
    flow = smooth_flow(28, 28, 4, 1.0, seed=0)
    assert np.abs(np.diff(flow, axis=2)).max() < 0.6
