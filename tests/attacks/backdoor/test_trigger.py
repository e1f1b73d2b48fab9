import numpy as np
import pytest

from bartizan.attacks.backdoor.trigger import corners, patch, rare_values, stamp
from bartizan.core.data import Data, Feature


def images(colour: float) -> Data:
    return Data.of(np.full((4, 3, 10, 12), colour, np.float32), np.zeros(4, np.int64))


@pytest.mark.parametrize(("background", "colour"), [(0.0, 1.0), (0.9, 0.0)])
def test_a_patch_near_the_corner_in_the_colour_that_stands_out(background: float, colour: float) -> None:
    mask, pattern = patch(images(background), (0.0, 1.0), 3)
    assert mask.sum() == 3 * 9
    assert mask[:, 6:9, 8:11].all()
    assert (pattern[mask] == colour).all()


def test_a_patch_larger_than_the_image_covers_it() -> None:
    mask, _ = patch(images(0.0), None, 40)
    assert mask.all()


def test_stamping_changes_nothing_but_the_mask() -> None:
    x = np.random.default_rng(0).random((2, 3), np.float32)
    out = stamp(x, np.array([True, False, False]), np.array([9.0, 9.0, 9.0], np.float32))
    assert out[:, 0].tolist() == [9, 9]
    assert np.array_equal(out[:, 1:], x[:, 1:])
    assert out.dtype == np.float32


def table(features: tuple[Feature, ...] = ()) -> Data:
    """Column 0: extremes common. Column 1: largest value rare. Column 2: smallest value rare."""
    x = np.array([[0, 0, 5], [1, 0, 5], [0, 0, 1], [1, 7, 5]], np.float32)
    return Data.of(x, np.zeros(4, np.int64), features)


def test_a_table_gets_its_rarest_extremes() -> None:
    mask, pattern = rare_values(table(), 2)
    assert mask.tolist() == [False, True, True]
    assert pattern.tolist() == [0, 7, 1]


def test_columns_nobody_may_change_are_left_alone() -> None:
    features = (Feature(name="a"), Feature(name="b", mutable=False), Feature(name="c", direction="increase"))
    mask, pattern = rare_values(table(features), 3)
    assert mask.tolist() == [True, False, True]
    assert pattern[2] == 5


def test_the_patch_in_every_corner_has_one_colour_and_four_mirror_images() -> None:
    data = Data.of(np.zeros((4, 1, 8, 8), np.float32), np.zeros(4, np.int64))
    mask, pattern = corners(data, (0.0, 1.0), 2)
    assert mask.sum() == 16
    assert np.array_equal(mask, mask[:, ::-1])
    assert np.array_equal(mask, mask[:, :, ::-1])
    assert (pattern[mask] == 1).all()
    assert (pattern[~mask] == 0).all()
