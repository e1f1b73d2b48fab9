"""Nearest points of a half-space within a box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.numerics.projections import size_of

torch = pytest.importorskip("torch")

from bartizan.numerics.halfspace import nearest_gain  # noqa: E402

NORMS = ("linf", "l2", "l1", "l0")
BOUNDS = (-0.5, 1.0)


def _case(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    x0 = rng.choice([-0.5, 1.0, 0.2, 0.7], (3, 2, 4)) if seed % 2 else rng.uniform(*BOUNDS, (3, 2, 4))
    g = rng.normal(size=x0.shape) * (rng.random(x0.shape) < 0.8)
    room = np.where(g > 0, BOUNDS[1] - x0, x0 - BOUNDS[0])
    gain = (np.abs(g) * room).reshape(3, -1).sum(1) * rng.uniform(0, 1.3, 3)
    return torch.from_numpy(x0), torch.from_numpy(g), torch.from_numpy(gain)


def _gained(g: Any, d: Any) -> Any:
    return (g * d).flatten(1).sum(1)


@pytest.mark.parametrize("norm", NORMS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_gains_enough_within_the_box_or_all_there_is(norm: Any, seed: int) -> None:
    x0, g, gain = _case(seed)
    d = nearest_gain(x0, g, gain, norm, BOUNDS)
    most = (g.abs() * torch.where(g > 0, BOUNDS[1] - x0, x0 - BOUNDS[0])).flatten(1).sum(1)
    assert (_gained(g, d) >= torch.minimum(gain, most) * (1 - 1e-6) - 1e-9).all()
    assert (x0 + d >= BOUNDS[0] - 1e-12).all()
    assert (x0 + d <= BOUNDS[1] + 1e-12).all()


@pytest.mark.parametrize("norm", NORMS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_other_change_that_gains_as_much_is_smaller(norm: Any, seed: int) -> None:
    """Against random competitors: the same gain by other values in other shares."""
    x0, g, gain = _case(seed)
    size = size_of(nearest_gain(x0, g, gain, norm, BOUNDS).numpy(), norm)
    rng = np.random.default_rng(seed)
    room = torch.where(g > 0, BOUNDS[1] - x0, x0 - BOUNDS[0]) * g.sign().abs()
    for _ in range(20):
        share = torch.from_numpy(rng.random(x0.shape) ** rng.choice([0.2, 1, 5]))
        share[torch.from_numpy(rng.random(x0.shape) < rng.choice([0.0, 0.3, 0.6]))] = 0
        other = room * share * g.sign()
        enough = (_gained(g, other) >= gain).numpy()
        assert (size <= size_of(other.numpy(), norm) * (1 + 1e-6) + 1e-9)[enough].all()


def test_nothing_to_gain_is_no_change() -> None:
    x0, g, _ = _case(0)
    for norm in NORMS:
        assert not nearest_gain(x0, g, torch.tensor([0.0, -1.0, -5.0]), norm, BOUNDS).any()
