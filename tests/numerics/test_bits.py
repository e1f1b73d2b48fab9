import numpy as np
import pytest

from bartizan.numerics.bits import WIDTH, Representation, changes, flipped, quantised, stored

W = np.array([[0.5, -1.27, 0.01], [1.0, 0.0, -0.3]], np.float32)


def one(i: int) -> np.ndarray:
    return np.array([i], np.int64)


def test_whole_numbers_reach_from_end_to_end() -> None:
    q, scale = quantised(W)
    assert q.ravel().tolist() == [50, -127, 1, 100, 0, -30]
    assert scale == pytest.approx(0.01)
    assert np.allclose(stored(W, "int8"), W, atol=0.005)


def test_the_sign_bit_of_one_byte_is_worth_128_steps() -> None:
    assert flipped(W, "int8", one(0), one(7)).ravel()[0] == pytest.approx((50 - 128) * 0.01)
    assert flipped(W, "int8", one(1), one(7)).ravel()[1] == pytest.approx((-127 + 128) * 0.01)


def test_the_top_bit_of_an_exponent_makes_a_weight_huge() -> None:
    assert flipped(W, "float32", one(0), one(30)).ravel()[0] > 1e30
    assert flipped(W, "float32", one(0), one(31)).ravel()[0] == -0.5


@pytest.mark.parametrize("kind", WIDTH)
def test_every_change_that_is_foretold_is_what_the_flip_does(kind: Representation) -> None:
    foretold, base = changes(W, kind), stored(W, kind).ravel()
    assert foretold.shape == (WIDTH[kind], 6)
    for bit in range(WIDTH[kind]):
        for element in range(6):
            with np.errstate(all="ignore"):
                done = flipped(W, kind, one(element), one(bit)).ravel()[element] - base[element]
            if np.isfinite(foretold[bit, element]):
                assert foretold[bit, element] == pytest.approx(done, rel=1e-5, abs=1e-6)
            else:
                assert not np.isfinite(done)


@pytest.mark.parametrize("kind", WIDTH)
def test_twice_is_not_at_all_and_the_original_stays(kind: Representation) -> None:
    before = W.copy()
    assert np.array_equal(flipped(W, kind, np.array([3, 3]), np.array([2, 2])), stored(W, kind))
    assert np.array_equal(W, before)


@pytest.mark.parametrize(("element", "bit"), [(6, 0), (-1, 0), (0, 8), (0, -1)])
def test_bits_that_are_not_there_are_an_error(element: int, bit: int) -> None:
    with pytest.raises(ValueError, match="bit"):
        flipped(W, "int8", one(element), one(bit))


def test_a_tensor_of_zeros_has_a_scale_all_the_same() -> None:
    assert np.isfinite(changes(np.zeros((2, 2), np.float32), "int8")).all()
