"""A belief about a slope: what few values tell of it, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from bartizan.attacks.evasion.engine import linear_belief
from bartizan.attacks.evasion.engine.linear_belief import LinearBelief, Prior

SHAPES = [(1, 8, 8), (3, 40, 50), (12,), (4, 5)]


@pytest.mark.parametrize("shape", SHAPES)
def test_draws_have_the_covariance_that_is_claimed(shape: tuple[int, ...]) -> None:
    prior, rng = Prior.of(shape), np.random.default_rng(0)
    v, u = (prior.pooled(rng.standard_normal(shape)) for _ in range(2))
    draws = np.stack([prior.draw(rng) for _ in range(4000)])
    assert np.var(draws @ v) == pytest.approx(v @ prior.spread(v), rel=0.1)
    assert v @ prior.spread(u) == pytest.approx(u @ prior.spread(v))


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_keep_the_value_of_a_change(shape: tuple[int, ...]) -> None:
    prior, rng = Prior.of(shape), np.random.default_rng(0)
    change, slope = rng.standard_normal(shape), prior.draw(rng)
    assert (prior.unpooled(slope) * change).sum() == pytest.approx(slope @ prior.pooled(change))


@pytest.mark.parametrize("shape", [(1, 6, 6), (36,)])
def test_as_many_values_as_dimensions_tell_the_slope(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    prior = Prior.of(shape)
    belief, truth = LinearBelief(prior, rng), prior.unpooled(prior.draw(rng))
    changes = rng.standard_normal((40, *shape))
    for change in changes:
        belief.add(change)
    values = np.array([(truth * c).sum() for c in changes])
    mean, bold = belief.slopes(belief.products, values, np.full(40, 1e-6), 0.3)
    assert mean == pytest.approx(truth, abs=0.02)
    assert bold == pytest.approx(truth, abs=0.05)


def test_few_values_of_a_smooth_slope_tell_more_than_of_a_rough_one() -> None:
    rng = np.random.default_rng(1)
    right = []
    for shape in ((1, 16, 16), (256,)):
        truth = Prior.of((1, 16, 16)).draw(rng).reshape(shape)
        belief = LinearBelief(Prior.of(shape), rng)
        changes = np.stack([belief.prior.unpooled(belief.prior.draw(rng)) for _ in range(60)])
        for change in changes:
            belief.add(change)
        values = (changes * truth).reshape(60, -1).sum(1)
        mean, _ = belief.slopes(belief.products, values, np.full(60, 1e-4), 0.0)
        right.append(float((np.sign(mean) == np.sign(truth)).mean()))
    assert right[0] > right[1] + 0.1


def test_forgets_the_oldest_but_not_the_one_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_belief, "WINDOW", 3)
    belief = LinearBelief(Prior.of((4,)), np.random.default_rng(0))
    slots = [belief.add(np.eye(4)[i % 4] * (i + 1), keep=1) for i in range(7)]
    assert slots == [0, 1, 2, 0, 2, 0, 2]
    assert len(belief) == 3
    assert np.diag(belief.products).tolist() == [36.0, 4.0, 49.0]


def test_large_inputs_cost_little() -> None:
    assert Prior.of((3, 224, 224)).at_once(10_000) >= 512
    assert len(Prior.of((200_000,)).draw(np.random.default_rng(0))) == 200_000
