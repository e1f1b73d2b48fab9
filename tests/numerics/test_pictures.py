import numpy as np
import pytest

from bartizan.numerics.pictures import matched, mean_squares, psnr, ssim

RNG = np.random.default_rng(0)
IMAGES = RNG.random((6, 1, 16, 16)).astype(np.float32)


def test_equal_pictures_are_as_alike_as_can_be():
    assert psnr(IMAGES, IMAGES) == pytest.approx(100)
    assert ssim(IMAGES, IMAGES) == pytest.approx(1)


def test_noise_of_a_tenth_is_twenty_decibels():
    noisy = IMAGES + 0.1
    assert psnr(IMAGES, noisy) == pytest.approx(20, abs=0.01)
    assert psnr(255 * IMAGES, 255 * noisy, span=255) == pytest.approx(20, abs=0.01)


def test_structure_counts_and_not_only_brightness():
    brighter, shuffled = IMAGES + 0.05, RNG.permuted(IMAGES.reshape(6, -1), axis=1).reshape(IMAGES.shape)
    assert (ssim(IMAGES, brighter) > 0.9).all()
    assert (ssim(IMAGES, shuffled) < 0.3).all()


def test_squares_are_those_of_every_pair():
    plain = ((IMAGES[:, None] - IMAGES[None, :3]) ** 2).mean(axis=(2, 3, 4))
    assert mean_squares(IMAGES, IMAGES[:3]) == pytest.approx(plain, abs=1e-6)


def test_a_shuffle_is_undone_and_what_is_missing_is_said():
    order = RNG.permutation(6)
    assert (order[matched(IMAGES[order], IMAGES)] == np.arange(6)).all()
    assert (matched(IMAGES[:2], IMAGES) == [0, 1, -1, -1, -1, -1]).all()
