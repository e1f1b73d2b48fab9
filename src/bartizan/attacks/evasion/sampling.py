"""Random points of ball and box, and the box itself."""

from __future__ import annotations

import numpy as np

from bartizan.core.data import Array
from bartizan.core.view import View
from bartizan.numerics.projections import Norm, project, safe_radius


def bounds_of(view: View) -> tuple[float, float]:
    """The box of valid inputs."""
    assert view.info.bounds is not None, "spec.bounded asks for bounds before the attack is planned"
    return view.info.bounds


def noisy(x0: Array, norm: Norm, eps: float, bounds: tuple[float, float], rng: np.random.Generator) -> Array:
    """One random point of ball and box a row: by turns the inside or a corner of the L∞ ball, or the L2 sphere."""
    radius = np.float32(safe_radius(eps, norm, bounds, int(np.prod(x0.shape[1:]))))
    if norm == "linf":
        noise = rng.uniform(-1, 1, size=x0.shape).astype(np.float32)
        noise = np.sign(noise) if rng.random() < 0.5 else noise
    else:
        noise = rng.standard_normal(x0.shape, np.float32)
        length = np.linalg.norm(noise.reshape(len(noise), -1), axis=1)
        noise /= length.reshape(-1, *[1] * (x0.ndim - 1)).astype(np.float32)
    return np.asarray(project(x0 + radius * noise, x0, norm, radius, bounds), np.float32)
