"""How severe a condition is: draws from its stated distribution, and the grid of severities it is swept over."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.errors import UsageError

Severity = NDArray[np.float64]
Region = Literal["inside", "edge", "beyond"]

LEAST_MASS = 1e-9


class Sweep(Frozen):
    """A condition and how it is sampled.

    low, high: the range inside the domain, in `unit`. distribution: `{}` or `{"uniform": …}` uniform,
    `{"half_normal": σ}` |N(0, σ)| from `low` upwards, `{"normal": (mean, σ)}`; each cut to the range.
    assumed: nobody stated the distribution. region: draw inside the range, or uniformly beyond its edges, as far as
    `reach` times its width. draws: independent draws an example. points: size of the grid inside the range.
    """

    condition: str = "unnamed"
    kind: str = "gaussian_noise"
    low: float = 0.0
    high: float = 0.1
    unit: str = ""
    distribution: dict[str, float | tuple[float, ...]] = {}
    assumed: bool = True
    region: Literal["inside", "beyond"] = "inside"
    reach: float = Field(default=0.5, gt=0)
    draws: int = Field(default=5, ge=1, le=100)
    points: int = Field(default=7, ge=2, le=100)
    feature: str = ""


def draw(sweep: Sweep, n: int, seed: int, valid: tuple[float, float]) -> Severity:
    """Independent severities, n × draws. `valid`: the severities that have a meaning at all (no negative noise).

    Raises `UsageError` when the distribution is unknown or gives the range no probability.
    """
    u = np.random.default_rng([seed, 0]).uniform(size=(n, sweep.draws))
    if sweep.region == "beyond":
        return _shell(sweep, u, valid)
    return quantile(sweep, u)


def quantile(sweep: Sweep, u: NDArray[np.float64]) -> Severity:
    """The severity below which a share `u` of the draws inside the range lies."""
    low, high = sweep.low, sweep.high
    if low == high:
        return np.full(u.shape, low)
    for name, value in sweep.distribution.items():
        if name == "half_normal":
            return _normal(sweep, u, low, float(np.ravel(value)[0]))
        if name == "normal":
            mean, σ = np.ravel(value)
            return _normal(sweep, u, float(mean), float(σ))
        if name != "uniform":
            raise UsageError(
                f"condition '{sweep.condition}': no distribution is called '{name}'; use uniform, half_normal or normal"
            )
    return low + u * (high - low)


def _normal(sweep: Sweep, u: NDArray[np.float64], mean: float, σ: float) -> Severity:
    """N(mean, σ) cut to the range, by inverting its distribution function. The half normal is the case mean = low."""
    from scipy.special import ndtr, ndtri

    a, b = ndtr((sweep.low - mean) / σ), ndtr((sweep.high - mean) / σ)
    if b - a < LEAST_MASS:
        raise UsageError(
            f"condition '{sweep.condition}': its normal distribution ({mean:g}, {σ:g}) hardly ever falls into"
            f" [{sweep.low:g}, {sweep.high:g}]; widen the range or mend the distribution"
        )
    return np.asarray(np.clip(mean + σ * ndtri(a + u * (b - a)), sweep.low, sweep.high), np.float64)


def _shell(sweep: Sweep, u: NDArray[np.float64], valid: tuple[float, float]) -> Severity:
    """Uniform over what lies within `reach` of the range, outside it, and has a meaning."""
    width = (sweep.high - sweep.low) or 1.0
    below = min(sweep.reach * width, max(0.0, sweep.low - valid[0]))
    above = min(sweep.reach * width, max(0.0, valid[1] - sweep.high))
    if below + above == 0:
        raise UsageError(f"condition '{sweep.condition}': nothing lies beyond [{sweep.low:g}, {sweep.high:g}]")
    at = u * (below + above)
    return np.where(at < below, sweep.low - below + at, sweep.high + at - below)


def grid(sweep: Sweep, valid: tuple[float, float]) -> list[tuple[float, Region]]:
    """Severities in rising order with their region: the range, its edges, and two steps beyond each edge."""
    inside = np.linspace(sweep.low, sweep.high, sweep.points) if sweep.high > sweep.low else np.array([sweep.low])
    width = (sweep.high - sweep.low) or 1.0
    steps = np.array([0.5, 1.0]) * sweep.reach * width
    beyond = [*(sweep.low - steps), *(sweep.high + steps)]
    marked: list[tuple[float, Region]] = [(s, "inside") for s in map(_tidy, inside)]
    marked[0], marked[-1] = (marked[0][0], "edge"), (marked[-1][0], "edge")
    marked += [(s, "beyond") for s in map(_tidy, beyond) if valid[0] <= s <= valid[1]]
    return sorted(marked)


def _tidy(value: float) -> float:
    """Cut the noise of binary fractions, so that a severity reads the same everywhere it is written."""
    return 0.0 if value == 0 or not math.isfinite(value) else float(f"{value:.9g}")
