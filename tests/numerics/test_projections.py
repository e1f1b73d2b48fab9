import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.numerics.projections import project, safe_radius, size_of

NORMS = ("linf", "l2", "l1", "l0")


def _case(seed: int, norm: str) -> tuple[np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(seed)
    x0 = rng.choice([0.0, 1.0, 0.5, 0.2], size=(4, 2, 3)) if seed % 2 else rng.random((4, 2, 3))
    x = x0 + rng.normal(size=x0.shape) * 10.0 ** rng.integers(-3, 2)
    eps = {"linf": rng.uniform(0, 1), "l2": rng.uniform(0.01, 3), "l1": rng.uniform(0.01, 6), "l0": rng.integers(0, 7)}
    return x0, x, float(eps[norm])


@pytest.mark.parametrize("norm", NORMS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_lands_in_the_ball_and_the_box_and_stays_there(norm: str, seed: int) -> None:
    x0, x, eps = _case(seed, norm)
    z = project(x, x0, norm, eps, (0.0, 1.0))
    assert (size_of(z - x0, norm) <= eps * (1 + 1e-9) + 1e-12).all()
    assert z.min() >= 0
    assert z.max() <= 1
    assert project(z, x0, norm, eps, (0.0, 1.0)) == pytest.approx(z, abs=1e-7)


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_is_the_nearest_point_of_a_convex_set(norm: str, seed: int) -> None:
    x0, x, eps = _case(seed, norm)
    z = project(x, x0, norm, eps, (0.0, 1.0))
    rng = np.random.default_rng(seed + 1)
    for _ in range(20):
        other = project(z + rng.normal(size=z.shape) * rng.choice([0.01, 0.3, 3]), x0, norm, eps, (0.0, 1.0))
        # variational inequality: (x − z)·(w − z) ≤ 0 for every w of the set
        assert (((x - z) * (other - z)).reshape(4, -1).sum(1) <= 1e-5 * (1 + np.abs(x).max())).all()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("seed", range(6))
def test_torch_and_numpy_agree(norm: str, seed: int) -> None:
    torch = pytest.importorskip("torch")
    x0, x, eps = _case(seed, norm)
    z = project(torch.from_numpy(x), torch.from_numpy(x0), norm, eps, (0.0, 1.0))
    assert z.numpy() == pytest.approx(project(x, x0, norm, eps, (0.0, 1.0)), abs=1e-9)


def test_a_radius_for_each_example() -> None:
    x0 = np.full((2, 3), 0.5)
    eps = np.array([[0.1], [0.2]])
    z = project(x0 + 1, x0, "l2", eps, (0.0, 1.0))
    assert size_of(z - x0, "l2") == pytest.approx([0.1, 0.2])


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
def test_the_safe_radius_survives_float32(norm: str) -> None:
    rng = np.random.default_rng(0)
    x0 = rng.random((50, 784), dtype=np.float32)
    eps = 0.03
    inner = safe_radius(eps, norm, (0.0, 1.0), 784)
    x = (x0 + rng.normal(size=x0.shape)).astype(np.float32)
    z = project(x, x0, norm, np.float32(inner), (0.0, 1.0)).astype(np.float32)
    assert (size_of(z.astype(np.float64) - x0, norm) <= eps * (1 + 1e-6)).all()


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("bounds", [(0.1, 0.7), (-0.4242, 2.8215), (-1.0, 1.0), (0.0, 255.0)])
def test_rounding_to_float32_does_not_leave_a_box_with_odd_bounds(norm: str, bounds: tuple[float, float]) -> None:
    rng = np.random.default_rng(0)
    low, high = (np.float32(b) for b in bounds)
    x0 = rng.uniform(low, high, (500, 16)).astype(np.float32).clip(low, high)
    x = x0 + rng.normal(scale=high - low, size=x0.shape).astype(np.float32)
    z = np.asarray(project(x, x0, norm, 3 if norm == "l0" else float(high - low), bounds), np.float32)
    assert ((z >= low) & (z <= high)).all()
