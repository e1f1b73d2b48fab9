"""Bends along lines tell of units what is said they do."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction.structure.bends import bends
from bartizan.attacks.extraction.structure.questions import GRID, LINES, PLACES, Questions
from bartizan.attacks.extraction.structure.signature import signature

T = PLACES["far"]
UNIT = float(np.finfo(np.float32).eps)


def along(layers: tuple[int, ...], seed: int) -> Any:
    """Answers of a random network on lines through its inputs, in float32, and their rounding."""
    rng = np.random.default_rng(seed)
    sizes = (12, *layers, 6)
    start, way = rng.standard_normal((LINES, 1, 12)), rng.standard_normal((LINES, 1, 12))
    h = start + T[:, None] * way
    for i, (a, b) in enumerate(pairwise(sizes)):
        h = h @ rng.standard_normal((a, b)) / a**0.5 + rng.standard_normal(b)
        h = np.maximum(h, 0) if i < len(layers) else h
    z = h.astype(np.float32).astype(np.float64)
    return z, UNIT * np.abs(z).max(axis=2)


def test_a_linear_model_has_none() -> None:
    found = bends(*along((), 0), T)
    assert (found.count, found.even, found.single, found.recurring, found.units) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_units_of_one_hidden_layer_are_counted_by_meeting_them_again(seed: int) -> None:
    found = bends(*along((16,), seed), T)
    assert found.recurring > 0.4
    assert 10 <= found.units <= 22


@pytest.mark.parametrize("seed", range(3))
def test_units_behind_others_point_elsewhere_each_time(seed: int) -> None:
    one, three = bends(*along((16,), seed), T), bends(*along((16, 16, 16), seed), T)
    assert three.recurring < 0.6 * one.recurring
    assert three.count > one.count


def test_more_units_bend_more_often() -> None:
    assert bends(*along((64,), 0), T).count > 2 * bends(*along((8,), 0), T).count


def test_patches_that_no_unit_sees_together_add_up() -> None:
    x = np.random.default_rng(0).random((80, 1, 14, 14)).astype(np.float32)
    of = Questions.of(x, 0)

    def rest(answers: Any) -> Any:
        noise = np.full(len(of.asked), 1e-9)
        log_p = answers - np.log(np.exp(answers).sum(axis=1, keepdims=True))
        return signature(log_p, noise, of, np.zeros(60, np.int64))[-len(of.gaps) :]

    flat = of.asked.reshape(len(of.asked), -1).astype(np.float64)
    rng = np.random.default_rng(1)
    local = np.maximum(of.asked.reshape(-1, 7, 2, 7, 2).sum(axis=(2, 4)).reshape(len(flat), -1) - 2.0, 0)
    every = np.maximum(flat @ rng.standard_normal((196, 60)) / 14, 0)
    assert (rest(local.astype(np.float64) @ rng.standard_normal((49, 4)))[2:] < -5).all()
    assert (rest(every @ rng.standard_normal((60, 4))) > -3).all()


def test_lines_have_the_places_they_are_read_at() -> None:
    of = Questions.of(np.random.default_rng(0).random((80, 5)).astype(np.float32), 0)
    line = of.asked[of.parts["near"]].reshape(LINES, GRID, -1)
    steps = np.diff(line, axis=1)
    assert np.allclose(steps, steps[:, :1], atol=1e-5)
