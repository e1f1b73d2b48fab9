"""`recover_relu`: a network of one hidden ReLU layer, read from its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bartizan.core.errors import BudgetSpent, DataError, UsageError

from .answers import Precise, Precision
from .kinks import Kink, kinks, noise_along
from .planes import Plane, Rest, plane_at
from .relu_net import ReluNet, fitted, with_signs
from .sharpen import sharpened

QUIET = 4
"""Lines in a row without a new unit, and fresh inputs answered rightly, end the search."""
MOST_LINES = 200
FRESH = 500
BORNE_OUT = 0.1
"""Share of a unit's bend, as it was met, that the fit to all answers must find again."""
ENOUGH = 0.3
"""Share of the tolerance at which planes of coarse answers are sharp enough."""


@dataclass(frozen=True)
class RecoveredRelu:
    """outcome: `recovered` (relative error below `tolerance` on fresh inputs), `partial`, or `budget_spent`.

    net: the copy, on flat inputs, giving logits (of a target that gives scores: their differences to the first class).
    units: hidden units found. signed: whether every unit's direction is known, so that the weights are those of the
    target up to order and scale. error: Euclidean norm of the difference of outputs over that of the outputs about
    their mean, on `fresh` inputs never used before; worst: the largest difference over the largest output.
    precision: of the answers, on which the error depends. said: this in a sentence.
    """

    outcome: Literal["recovered", "partial", "budget_spent"]
    net: ReluNet
    units: int
    signed: bool
    error: float
    worst: float
    fresh: int
    queries: int
    precision: str
    said: str


def recover_relu(
    predict: Callable[..., Any],
    inputs: Any,
    *,
    bounds: tuple[float, float] | None = None,
    budget: int | None = None,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> RecoveredRelu:
    """Read a network x ↦ A relu(W x + b) + c from `predict` (N×… to logits or probabilities N×K).

    inputs: at least 50 of the inputs it is made for; the lines along which it is asked go through them, and the error
    is measured between them. bounds: lowest and highest value of an input, beyond which nothing is asked. budget: the
    most queries. Answers should be float64 where the target allows it; of float32 answers about half the digits go into
    telling bends from rounding. There units are taken away as they are found, and where that leaves errors, planes are
    made sharper by their bends at many places (about 2,000 queries a unit of 100 inputs, none where there are bounds).

    Only units that switch somewhere within reach can be told apart; the others are one linear map to whoever asks.
    Raises `UsageError` and its kin in one sentence.
    """
    own = np.asarray(inputs, np.float64)
    if own.ndim < 2 or len(own) < 50 or not np.isfinite(own).all():
        raise DataError(f"inputs have shape {own.shape}; give at least 50 finite inputs, N×…")
    if not 0 < tolerance < 1:
        raise UsageError(f"tolerance={tolerance} must be a share of the outputs, between 0 and 1")
    ask = Precision(predict, own[:2], budget, bounds)
    search = _Search(ask, own.reshape(len(own), -1), bounds, np.random.default_rng(seed))
    spent = False
    try:
        search.run(tolerance)
    except BudgetSpent:
        spent = True
    return _result(search, tolerance, spent)


class _Search:
    def __init__(
        self, ask: Precision, own: Precise, bounds: tuple[float, float] | None, rng: np.random.Generator
    ) -> None:
        self.ask, self.own, self.bounds, self.rng = ask, own, bounds, rng
        self.planes: list[Plane] = []
        self.net = ReluNet.nothing(own.shape[1], ask.outputs)
        self.error = self.worst = float("inf")
        self.spread = float(own.std()) or 1.0
        self._seen: set[int] = set()
        self._noises: list[float] = []
        self._x, self._z = np.zeros((0, own.shape[1])), np.zeros((0, 0))

    def run(self, tolerance: float) -> None:
        """Follow lines until the last few held nothing new and the copy is right; then lines to where it is wrong."""
        quiet = 0
        toward: Precise | None = None
        for _ in range(MOST_LINES):
            quiet = 0 if self._follow(*self._line(toward)) else quiet + 1
            toward = None
            if quiet >= QUIET:
                toward = self.fit()
                if self.error <= 0.01 * tolerance or quiet >= 4 * QUIET:
                    return
                quiet = 0 if self._sharpen(tolerance) else quiet
        self.fit()

    def _line(self, toward: Precise | None) -> tuple[Precise, Precise, float, float]:
        """A point, a direction of unit length, and how far to go back and forth."""
        a, b = self.own[self.rng.integers(len(self.own), size=2)]
        aim = b if toward is None else toward
        direction = aim - a + 0.3 * self.spread * self.rng.standard_normal(len(a))
        length = float(np.linalg.norm(direction))
        direction /= max(length, 1e-300)
        if self.bounds is None:
            reach = 3 * max(length, self.spread * len(a) ** 0.5)
            return a, direction, -reach, reach
        return (a, direction, *_within(a, direction, *self.bounds))

    def _follow(self, a: Precise, v: Precise, low: float, high: float) -> int:
        """New units on this line."""

        rest = self._rest()

        def along(t: Precise) -> Precise:
            return rest(rest.sendable(a + t[:, None] * v))

        if high - low < 1e-9:
            return 0
        noise = noise_along(along, low, high, self.rng)
        self._noises.append(noise)
        shortest = (high - low) * (1e-8 if self.ask.dtype is np.float64 else 1e-4)
        found = 0
        for kink in kinks(along, low, high, noise, shortest):
            x = a + kink.t * v
            if not self._known(x, high - low):
                found += self._add(rest, x, v, kink, noise)
        return found

    def _known(self, x: Precise, length: float) -> bool:
        if not self.planes:
            return False
        off = np.abs([float(p.distance(x[None])[0]) for p in self.planes])
        sharp = np.array([p.sharp for p in self.planes])
        near = 1e-7 if self.ask.dtype is np.float64 else np.where(sharp, 1e-4, 2e-3)
        return bool((off < near * length).any())

    def _rest(self) -> Rest:
        """Of float64 answers all: there bends are told apart however close they lie, and nothing is gained."""
        return Rest(self.ask, () if self.ask.dtype is np.float64 else tuple(self.planes))

    def _add(self, rest: Rest, x: Precise, v: Precise, kink: Kink, noise: float) -> int:
        """1 if the bend belongs to one unit whose plane could be told."""
        step = 0.4 * min(kink.t - kink.low, kink.high - kink.t)
        plane = plane_at(rest, x, v, step, noise)
        if plane is None:
            return 0
        self.planes.append(plane)
        return 1

    def _sharpen(self, tolerance: float) -> bool:
        """Whether planes were made sharper, after which units that hid behind their errors may be found. Only of coarse
        answers, where it is needed, and where inputs have no bounds, since places far along a plane are asked about."""
        if self.ask.dtype is np.float64 or self.bounds is not None or self.error <= ENOUGH * tolerance:
            return False
        reach, noise = self.spread * self.own.shape[1] ** 0.5, float(np.median(self._noises))
        before = sum(p.sharp for p in self.planes)
        self.planes = _distinct(self.planes, reach)
        for i, plane in enumerate(self.planes):
            others = tuple(p for p in self.planes if p is not plane)
            if not plane.sharp:
                self.planes[i] = sharpened(Rest(self.ask, others), plane, reach, noise, self.rng)
        self.planes = _distinct(self.planes, reach)
        return sum(p.sharp for p in self.planes) > before

    def fit(self) -> Precise:
        """Solve for the last layer, judge on fresh inputs, and give the one answered worst."""
        self._ask_more()
        net = fitted(self.planes, self._x, self._z)
        if self.ask.dtype is not np.float64 and len(self.planes):
            self.planes = _borne_out(self.planes, net)
            net = fitted(self.planes, self._x, self._z)
        self.net = with_signs(net)
        x = self._between(FRESH)
        z = self.ask(x)
        off = self.net(x) - z
        self.error = float(np.linalg.norm(off) / max(float(np.linalg.norm(z - z.mean(axis=0))), 1e-300))
        self.worst = float(np.abs(off).max() / max(float(np.abs(z).max()), 1e-300))
        return np.asarray(x[np.abs(off).max(axis=1).argmax()], np.float64)

    def _ask_more(self) -> None:
        """Answers enough for the last layer: three for each unknown, and some on either side of every plane, since
        units that rarely wake would not be seen otherwise."""
        want = max(3 * (len(self.planes) + self.own.shape[1] + 1) - len(self._x), 0)
        beside = [p.beside for p in self.planes if id(p.beside) not in self._seen]
        self._seen |= {id(b) for b in beside}
        x = np.concatenate([self._between(want), *beside])
        if len(x):
            z = self.ask(x)
            self._z = np.concatenate([self._z, z]) if len(self._z) else z
            self._x = np.concatenate([self._x, x])

    def _between(self, n: int) -> Precise:
        """Inputs between and a little around one's own."""
        rows = self.rng.integers(len(self.own), size=(2, n))
        mix = self.rng.random((n, 1))
        x = mix * self.own[rows[0]] + (1 - mix) * self.own[rows[1]]
        x = x + 0.3 * self.spread * self.rng.standard_normal(x.shape)
        return self.ask.sendable(x)


def _borne_out(planes: list[Plane], net: ReluNet) -> list[Plane]:
    """Without those whose bend the answers do not need: what a rough plane left of its unit, met as another."""
    found = np.linalg.norm(net.out, axis=0)
    return [p for p, size in zip(planes, found, strict=True) if size > BORNE_OUT * np.linalg.norm(p.weight)]


def _distinct(planes: list[Plane], reach: float) -> list[Plane]:
    """Without those that were met twice; the sharper stays."""
    kept: list[Plane] = []
    for plane in sorted(planes, key=lambda p: not p.sharp):
        if not any(k.same(plane, reach) for k in kept):
            kept.append(plane)
    return kept


def _within(a: Precise, v: Precise, low: float, high: float) -> tuple[float, float]:
    """How far one can go from `a` back and forth along `v` and stay in the box."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(low - a) / v, (high - a) / v])
    ends = np.where(v == 0, np.array([[-np.inf], [np.inf]]), np.sort(ends, axis=0))
    return float(min(ends[0].max(), 0.0)), float(max(ends[1].min(), 0.0))


def _result(search: _Search, tolerance: float, spent: bool) -> RecoveredRelu:
    ask, net = search.ask, search.net
    outcome: Any = "recovered" if search.error <= tolerance else "budget_spent" if spent else "partial"
    signed = bool(len(net.hidden)) and not net.skip.any()
    precision = np.dtype(ask.dtype).name
    said = (
        f"{len(net.hidden)} hidden units read from {ask.queries:,} {precision} answers; outputs are off by "
        f"{search.error:.1e} of their spread on fresh inputs"
    )
    return RecoveredRelu(
        outcome, net, len(net.hidden), signed, search.error, search.worst, FRESH, ask.queries, precision, said
    )
