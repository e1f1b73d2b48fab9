import numpy as np
import pytest

from bartizan.numerics.generators import arrays_of, build_generator, generated

torch = pytest.importorskip("torch")
X = np.random.default_rng(0).random((5, 3, 8, 8)).astype(np.float32)


def test_the_arrays_do_what_the_network_does() -> None:
    net = build_generator(3, 4, seed=1)
    with torch.no_grad():
        expected = 0.3 * net(torch.from_numpy(X)).numpy()
    assert np.allclose(generated(X, arrays_of(net, 0.3)), expected, atol=1e-6)


def test_no_entry_changes_by_more_than_eps_and_each_input_gets_its_own() -> None:
    out = generated(X * 50, arrays_of(build_generator(3, 4, seed=1), 0.1))
    assert np.abs(out).max() <= 0.1 + 1e-6
    assert not np.allclose(out[0], out[1])


def test_nothing_in_nothing_out() -> None:
    assert generated(X[:0], arrays_of(build_generator(3, 4, seed=1), 0.1)).shape == (0, 3, 8, 8)


def test_the_global_random_state_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    build_generator(1, 2, seed=5)
    assert torch.equal(before, torch.random.get_rng_state())
