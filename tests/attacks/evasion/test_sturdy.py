"""Successes are moved onto the levels of an image file where that costs nothing, and left alone where it would."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.deployment import eight_bit
from bartizan.attacks.evasion.hits import Hits
from bartizan.attacks.evasion.sturdy import free_radius, inwards, settle
from bartizan.core.data import Data

BOX = (0.0, 1.0)
LEVEL = 1 / 255


def stored(levels: np.ndarray) -> np.ndarray:
    """What an image file holds of values in levels."""
    return eight_bit(np.asarray(levels / 255, np.float32), BOX)


@pytest.mark.parametrize("bounds", [BOX, (-1.0, 1.0), (0.0, 255.0)])
def test_inwards_is_on_a_level_and_never_past_either_end(bounds: tuple[float, float]) -> None:
    rng, (low, high) = np.random.default_rng(0), bounds
    x0 = eight_bit(rng.uniform(low, high, (50, 1, 4, 4)).astype(np.float32), bounds)
    x = np.clip(x0 + (high - low) * rng.uniform(-0.1, 0.1, x0.shape), low, high).astype(np.float32)
    x[:, 0, 0, 0] = x0[:, 0, 0, 0]
    y = inwards(x, x0, bounds)
    assert np.array_equal(eight_bit(y, bounds), y)
    assert (np.abs(y - x0) <= np.abs(x - x0) + 1e-6 * (high - low)).all()
    assert ((y - x0) * (x - x0) >= 0).all()
    assert np.array_equal(y[:, 0, 0, 0], x0[:, 0, 0, 0])
    assert np.array_equal(inwards(y, x0, bounds), y)


def test_an_original_between_levels_is_never_passed() -> None:
    x0 = np.float32([[100.5, 100.5]]) / 255
    x = np.float32([[100.9, 102.7]]) / 255
    assert inwards(x, x0, BOX) * 255 == pytest.approx(np.array([[100.5, 102.0]]), abs=1e-3)


def found(at: float, eps_levels: float = 8.0) -> Hits:
    """One example at level 100 that fell `at` so many levels above it."""
    probe = Data.of(stored(np.full((1, 2), 100.0)), np.zeros(1, np.int64))
    hits = Hits(probe, "linf", eps_levels * LEVEL)
    hits.add(np.array([0]), probe.x + np.float32(at * LEVEL), np.array([5]))
    return hits


@pytest.mark.parametrize(
    ("at", "border", "ends_at", "asked"),
    [(4.7, 3.0, 4.0, 1), (4.7, 4.2, 7.0, 2), (7.6, 7.5, 8.0, 2), (1.2, 1.1, 3.0, 3)],
)
def test_farther_within_the_ball_until_a_level_succeeds(at: float, border: float, ends_at: float, asked: int) -> None:
    hits, queries = found(at), []

    def wins(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        queries.append(x)
        return (x * 255 - 100).min(axis=1) > border

    settle(wins, lambda rows: np.ones(len(rows), bool), hits, BOX)
    assert np.round((hits.changed * 255 - 100)[0], 3).tolist() == pytest.approx([ends_at] * 2, abs=1e-3)
    assert len(queries) == asked
    assert hits.tries.tolist() == [5]


@pytest.mark.parametrize(("eps", "levels"), [(8, 8), (25.5, 25), (40.9, 40), (2.5, 2.5), (0.4, 0.4)])
def test_the_radius_of_whole_levels_where_little_is_lost(eps: float, levels: float) -> None:
    x0 = stored(np.arange(200.0)[None])
    assert free_radius(x0, eps * LEVEL, BOX) == pytest.approx(levels * LEVEL, rel=1e-9)
    assert free_radius(x0 + np.float32(0.3 * LEVEL), 25.5 * LEVEL, BOX) == 25.5 * LEVEL


def test_what_no_level_does_is_kept_as_it_was() -> None:
    hits = found(4.7)
    before = hits.changed.copy()
    settle(lambda x, rows: np.zeros(len(x), bool), lambda rows: np.ones(len(rows), bool), hits, BOX)
    assert np.array_equal(hits.changed, before)
    assert hits.won.all()


def test_nobody_is_asked_who_cannot_pay() -> None:
    def never(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        raise AssertionError("asked")

    settle(never, lambda rows: np.zeros(len(rows), bool), found(4.7), BOX)
