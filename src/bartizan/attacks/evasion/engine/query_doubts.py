"""Doubts about a search by queries: what would make its number say more about the search than about the model."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array
from bartizan.numerics.seeds import child

from ..sampling import noisy
from .asking import Ledger
from .health import FEW, NOISE_DRAWS, NOTEWORTHY, raised

LADDER = 60
"""Queries by labels after which changes of the whole range have been tried many times."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Doubted:
    """Flags, and what noise alone broke: `rows` of the examples and inputs `x` for them."""

    flags: tuple[Flag, ...]
    rows: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    x: Array | None = None

    def where(self, n: int) -> NDArray[np.bool_]:
        """Of `n` examples, which noise broke."""
        mask = np.zeros(n, np.bool_)
        mask[self.rows] = True
        return mask

    def placed(self, x0: Array) -> Array:
        """`x0` with those inputs in their places."""
        out = x0.copy()
        if self.x is not None:
            out[self.rows] = self.x
        return out


def doubted(ledger: Ledger, standing: Rows, seed: int) -> Doubted:
    """Ask whether the same question gets the same answer, and whether plain noise does better than the search."""
    few = standing[np.linspace(0, max(len(standing) - 1, 0), min(FEW, len(standing))).astype(np.int64)]
    flags = [*_random(ledger), *_flat(ledger), *_unmoved(ledger, standing)]
    if ledger.odd:
        text = f"{ledger.odd} answers were not finite; they counted as no success"
        flags.append(Flag(id="non_finite_answers", detail=text))
    broken, points = _by_noise(ledger, few, child(seed, "noise"))
    text = "examples fell to random noise alone"
    flags += raised("noise_beats_attack", int(broken.sum()), len(few), text)
    return Doubted(tuple(flags), few[broken], points[broken])


def _random(ledger: Ledger) -> list[Flag]:
    """Whether inputs asked before get the same answer again."""
    margins, classes = ledger.oracle.again(ledger.x0[:FEW], ledger.y[:FEW])
    was = ledger.margin[: len(margins)]
    apart = ~np.isclose(margins, was, rtol=1e-3, atol=1e-4) | (classes != ledger.before[: len(classes)])
    if not apart.any():
        return []
    text = f"{int(apart.sum())} of {len(margins)} inputs got another answer when asked again"
    return [Flag(id="nondeterministic_model", detail=text)]


def _flat(ledger: Ledger) -> list[Flag]:
    """Whether scores moved at all for those that were searched."""
    searched = ledger.spent > 1
    flat = searched & ~ledger.moved
    if ledger.oracle.access == "labels" or not searched.any() or flat.sum() <= 0.5 * searched.sum():
        return []
    rate = flat.sum() / searched.sum()
    text = f"the scores of {rate:.0%} of the examples never moved, so they could not guide the search"
    return [Flag(id="flat_scores", detail=text)]


def _unmoved(ledger: Ledger, standing: Rows) -> list[Flag]:
    """Whether labels never changed, though the whole range was tried."""
    tried = standing[ledger.spent[standing] >= LADDER]
    held = int((~ledger.turned[tried]).sum())
    if ledger.oracle.access == "scores" or held <= NOTEWORTHY * max(len(tried), 1):
        return []
    text = f"{held} of {len(tried)} examples could not be changed even with the whole range of inputs to move in"
    return [Flag(id="unbounded_not_total", detail=text)]


def _by_noise(ledger: Ledger, rows: Rows, seed: int) -> tuple[NDArray[np.bool_], Array]:
    """Which of `rows` noise breaks in as many draws as the search had queries, up to 50, and the inputs that did it."""
    x, y, ball = ledger.x0[rows], ledger.y[rows], ledger.ball
    rng, broken, points = np.random.default_rng(seed), np.zeros(len(x), np.bool_), x.copy()
    for _ in range(min(NOISE_DRAWS, ledger.budget)):
        new = np.flatnonzero(~broken)
        if not len(new):
            break
        noise = noisy(x, ball.norm, ledger.eps, ball.bounds, rng)
        new = new[ledger.oracle.margins(noise[new], y[new]) < 0]
        broken[new], points[new] = True, noise[new]
    return broken, points
