"""Linear models, whose largest safe ε is known in closed form: |w·x + b| / ‖w‖₁."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Control
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

SHAPE = (1, 4, 4)
RADIUS = 0.1
SLACK = 1e-3


def within_radius() -> Control:
    """Positive: all examples have the radius 0.1, and just less is asked about; every one must be certified."""
    return _control("linear, within its radius", "positive", RADIUS, RADIUS - SLACK, 1.0)


def beyond_radius() -> Control:
    """Negative: just more than the radius is asked about, where a counter-example exists; none may be certified."""
    return _control("linear, beyond its radius", "negative", RADIUS, RADIUS + SLACK, 0.0)


def no_margin() -> Control:
    """Negative: all examples lie on the decision boundary; none may be certified however little is asked about."""
    return _control("linear, no margin", "negative", 0.0, 1e-6, 0.0)


def _control(name: str, kind: Literal["positive", "negative"], radius: float, eps: float, threshold: float) -> Control:
    return Control(
        name=name,
        kind=kind,
        target=linear_target,
        roles=lambda: at_distance(radius),
        access=Access(capabilities=(Capability.WEIGHTS,)),
        budget=Budget(),
        params={"eps": (eps,)},
        harm="certified_share",
        threshold=threshold,
    )


def linear_target() -> Target:
    """Two classes on 16 pixels; class 1 where w·x > ½ Σw, with weights of both signs and many sizes."""
    w = _weights()
    return LinearTarget(np.stack([np.zeros_like(w), w], axis=1), np.array([0.0, -0.5 * w.sum()]), input_shape=SHAPE)


def at_distance(radius: float, n: int = 40) -> Roles:
    """Examples around mid-grey whose L∞ distance to the boundary is `radius`, half of them on each side."""
    w = _weights()
    noise = np.random.default_rng(3).uniform(-0.1, 0.1, (n, w.size))
    along = np.sign(w) / np.abs(w).sum()
    y = np.arange(n) % 2
    x = 0.5 + noise - (noise @ w)[:, None] * along + np.where(y == 1, radius, -radius)[:, None] * np.sign(w)
    return Roles(probe=Data.of(x.reshape(n, *SHAPE), y))


def _weights() -> np.ndarray:
    return np.random.default_rng(2).standard_normal(16)
