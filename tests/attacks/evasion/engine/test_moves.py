"""Steps never leave ball or box, with one radius for all or one for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.numerics.projections import project, size_of

torch = pytest.importorskip("torch")

from bartizan.attacks.evasion.engine.moves import into_l1, step  # noqa: E402

BOUNDS = (-0.25, 1.0)


def _case(seed: int, norm: str) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    x0 = rng.choice([-0.25, 1.0, 0.4], (4, 2, 3)) if seed % 2 else rng.uniform(*BOUNDS, (4, 2, 3))
    eps = torch.from_numpy(rng.uniform(0.05, {"linf": 0.5, "l2": 1.0, "l1": 3.0}[norm], 4))
    x0 = torch.from_numpy(x0)
    x = project(x0 + torch.from_numpy(rng.normal(size=x0.shape)), x0, norm, eps.reshape(-1, 1, 1), BOUNDS)
    return x0, x, torch.from_numpy(rng.normal(size=x0.shape)), eps


@pytest.mark.parametrize("norm", ["linf", "l2", "l1"])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_step_stays_in_ball_and_box(norm: Any, seed: int) -> None:
    x0, x, g, eps = _case(seed, norm)
    moved = step(x.clone(), x0, g, 2 * eps, eps, norm, BOUNDS)
    assert (size_of((moved - x0).numpy(), norm) <= eps.numpy() * (1 + 1e-9)).all()
    assert (moved >= BOUNDS[0]).all()
    assert (moved <= BOUNDS[1]).all()
    one = step(x[:1].clone(), x0[:1], g[:1], 2 * float(eps[0]), float(eps[0]), norm, BOUNDS)
    assert one.numpy() == pytest.approx(moved[:1].numpy(), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_into_l1_is_the_nearest_point_once_in_the_box(seed: int) -> None:
    x0, _, g, eps = _case(seed, "l1")
    boxed = (x0 + g).clip(*BOUNDS)
    expected = project(boxed, x0, "l1", eps.reshape(-1, 1, 1), BOUNDS)
    assert into_l1(boxed, x0, eps, BOUNDS).numpy() == pytest.approx(expected.numpy(), abs=1e-6)
