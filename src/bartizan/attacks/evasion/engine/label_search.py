"""Search by labels for one example: each query where a linear belief expects the decision boundary, or within ε of x.

A point on the boundary in a promising direction is one whose label is least known, so that each answer is worth nearly
a bit; and where the boundary is expected within ε, success is tried. Answers enter the belief one by one by assumed
density filtering (Opper, A Bayesian approach to on-line learning, 1998; Rasmussen and Williams, Gaussian Processes for
Machine Learning, section 3.6). Other than HopSkipJump (arXiv:1904.02144), CGBA (arXiv:2308.03163) and SurFree
(arXiv:2011.12807), which estimate a direction anew at every step, nothing that was answered is thrown away.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from bartizan.core.data import Array

from .linear_belief import Floats, LinearBelief, Prior
from .score_search import Search
from .steps import Ball

BOLDNESS = 0.2
TOLERANCE = 0.1
"""Share of its distance within which the boundary on the first ray is found."""
NEARLY = 1.15
"""Where the boundary is expected within this multiple of the radius, the ball's own border is asked about."""
NOISE_WITH_DISTANCE = 0.02
"""Variance of what is not linear for each unit of squared distance from the nearest misread point."""
HALVINGS = 20


def by_labels(x0: Array, ball: Ball, prior: Prior, rng: np.random.Generator, starts: Sequence[Array] = ()) -> Search:
    """Search around `x0`, which is read rightly, for a misread point within `ball`, without end."""
    for x in starts:
        yield x
    direction, high = yield from _first_ray(x0, ball, prior, rng)
    low, high = yield from _boundary(x0, ball, direction, high)
    middle = ball.along(x0, direction, np.sqrt(low * high))
    edge = _Edge(x0, ball, LinearBelief(prior, rng), ball.along(x0, direction, high))
    edge.settle(middle)
    while True:
        x, mean, variance = edge.question()
        margin = yield x
        edge.learn(x, margin < 0, mean, variance)


Part = Generator[Array, float, tuple[float, float]]


def _first_ray(
    x0: Array, ball: Ball, prior: Prior, rng: np.random.Generator
) -> Generator[Array, float, tuple[Floats, float]]:
    """A direction in which `x0` is misread and how far away, trying both ways of random ones farther and farther."""
    distance, reach = ball.radius, ball.reach(x0.size)
    while True:
        direction = ball.unit(prior.unpooled(prior.draw(rng)))
        for way in (direction, -direction):
            at_border = distance == ball.radius
            margin = yield ball.farthest(x0, way) if at_border else ball.along(x0, way, distance)
            if margin < 0:
                return way, distance
        distance = min(2 * distance, reach)


def _boundary(x0: Array, ball: Ball, direction: Floats, high: float) -> Part:
    """Where the boundary lies on a ray that is misread at `high`: a bracket, by bisection of the logarithm."""
    low = ball.radius
    while high > (1 + TOLERANCE) * low:
        middle = float(np.sqrt(low * high))
        margin = yield ball.along(x0, direction, middle)
        low, high = (low, middle) if margin < 0 else (middle, high)
    return low, high


class _Edge:
    """The boundary near one example as the plane {δ : w·δ = level} of a linear belief about w.

    nearest: the nearest misread point, at distance `size`.
    """

    def __init__(self, x0: Array, ball: Ball, belief: LinearBelief, nearest: Array) -> None:
        self.x0, self.ball, self.belief = x0, ball, belief
        self.nearest, self.size = nearest, ball.size(nearest, x0)
        self.values, self.noise, self.level = np.zeros(0), np.zeros(0), 1.0

    def settle(self, x: Array) -> None:
        """Take `x`, a point next to the boundary, as on it. What is usual there by the prior becomes the level."""
        change = self._change(x)
        self.level = max(float(np.sqrt(self.belief.covariance(change)[1])), 1e-30)
        self._remember(change, self.level, (self.level * TOLERANCE / 2) ** 2)

    def question(self) -> tuple[Array, float, float]:
        """The next input to ask about, and the mean and variance of its value by the belief."""
        slope, bold = self.belief.slopes(self.belief.products, self.values, self.noise, BOLDNESS)
        x = self._at_edge(slope, bold)
        shared, own = self.belief.covariance(self._change(x))
        known = float(shared @ np.linalg.solve(self.belief.products + np.diag(self.noise), shared))
        return x, float((slope * self._change(x)).sum()), max(own - known, 1e-9 * own)

    def learn(self, x: Array, misread: bool, mean: float, variance: float) -> None:
        """Take in the answer about `x`."""
        apart = self.belief.covariance(x.astype(np.float64) - self.nearest)[1]
        error = NOISE_WITH_DISTANCE * apart + 1e-6 * self.level**2
        value, noise = _as_value(mean - self.level, variance, error, 1 if misread else -1)
        self._remember(self._change(x), value + self.level, noise)
        size = self.ball.size(x, self.x0)
        if misread and size < self.size:
            self.nearest, self.size = x, size

    def _change(self, x: Array) -> Floats:
        return np.asarray(x.astype(np.float64) - self.x0)

    def _remember(self, change: Floats, value: float, noise: float) -> None:
        slot = self.belief.add(change)
        if slot == len(self.values):
            self.values, self.noise = np.append(self.values, value), np.append(self.noise, noise)
        self.values[slot], self.noise[slot] = value, noise

    def _at_edge(self, slope: Floats, bold: Floats) -> Array:
        """Where the plane of `slope` is met in direction `bold`; on the border of the ball if that is near."""
        direction = self.ball.unit(bold)
        low, high = 0.0, 2 * self.size
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            change = np.clip(self.x0 + middle * direction, *self.ball.bounds) - self.x0
            low, high = (low, middle) if (slope * change).sum() > self.level else (middle, high)
        x = self.ball.along(self.x0, direction, high)
        return self.ball.farthest(self.x0, bold) if high <= NEARLY * self.ball.radius else x


def _as_value(mean: float, variance: float, error: float, sign: int) -> tuple[float, float]:
    """The answer `sign`(value) as a value with an error: what turns N(mean, variance) into the moments after it."""
    from scipy.special import log_ndtr

    wide = np.sqrt(variance + error)
    u = sign * mean / wide
    ratio = float(np.exp(-0.5 * u * u - 0.5 * np.log(2 * np.pi) - log_ndtr(u)))
    after = mean + sign * variance * ratio / wide
    shrunk = variance * max(1 - variance * ratio * (ratio + u) / wide**2, 1e-9)
    noise = 1 / max(1 / shrunk - 1 / variance, 1e-9 / variance)
    return noise * (after / shrunk - mean / variance), noise
