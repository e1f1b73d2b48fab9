import numpy as np
import pytest

from bartizan.attacks.evasion.deployment import eight_bit


def test_levels_are_those_of_an_image_file():
    x = np.float32([0, 0.4 / 255, 0.6 / 255, 1])
    assert eight_bit(x, (0.0, 1.0)) == pytest.approx([0, 0, 1 / 255, 1])
    assert eight_bit(np.float32([12.3]), (0.0, 255.0)) == pytest.approx([12.0])
    assert eight_bit(np.float32([-1, 1]), (-1.0, 1.0)).tolist() == [-1, 1]
