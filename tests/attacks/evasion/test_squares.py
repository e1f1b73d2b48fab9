from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.attacks.evasion.squares import margin_of_scores, share_of_pixels, square_search
from bartizan.numerics.projections import size_of


def test_margin_of_a_softmax_is_the_margin_of_its_logits():
    z = np.random.default_rng(0).normal(size=(20, 5))
    y = np.arange(20) % 5
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    rest = np.where(np.arange(5) == y[:, None], -np.inf, z)
    assert margin_of_scores(p, y) == pytest.approx(z[np.arange(20), y] - rest.max(1), abs=1e-6)
    assert np.isfinite(margin_of_scores(np.eye(5, dtype=np.float32)[y], y)).all()


def test_the_schedule_is_that_of_the_paper():
    assert [share_of_pixels(t, 10_000) for t in (0, 11, 51, 201, 9000)] == [0.8, 0.4, 0.2, 0.1, 0.8 / 2**9]


def bright(x, y):
    """Two classes by mean brightness of the left half against the right."""
    left, right = x[..., : x.shape[-1] // 2].mean((1, 2, 3)), x[..., x.shape[-1] // 2 :].mean((1, 2, 3))
    p = 1 / (1 + np.exp(-20 * (left - right)))
    return np.stack([p, 1 - p], 1).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), norm=st.sampled_from(["linf", "l2"]), side=st.sampled_from([4, 7, 12]))
def test_every_question_lies_in_ball_and_box(seed, norm, side):
    rng = np.random.default_rng(seed)
    x0 = rng.choice([0.0, 0.3, 1.0], size=(3, 2, side, side)).astype(np.float32)
    y = np.zeros(3, np.int64)
    eps = 0.1 if norm == "linf" else 0.8

    def ask(x, rows):
        assert x.dtype == np.float32
        assert x.min() >= 0
        assert x.max() <= 1
        assert (size_of(x.astype(np.float64) - x0[rows], norm) <= eps * (1 + 1e-6)).all()
        return bright(x, y[rows])

    square_search(ask, x0, y, np.arange(3), norm=norm, eps=eps, bounds=(0.0, 1.0), steps=15, rng=rng)


@pytest.mark.parametrize(("norm", "eps"), [("linf", 0.08), ("l2", 2.0)])
def test_breaks_what_can_be_broken(norm, eps):
    x0 = np.full((6, 1, 10, 10), 0.5, np.float32)
    x0[..., :5] += 0.1
    y = np.zeros(6, np.int64)
    found = square_search(
        lambda x, rows: bright(x, y[rows]), x0, y, np.arange(6), norm=norm, eps=eps, bounds=(0.0, 1.0), steps=400,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert found.won.all()
    assert (bright(found.x, y).argmax(1) != y).all()


def test_an_example_fares_the_same_whoever_else_is_done():
    rng = np.random.default_rng(3)
    x0 = rng.uniform(0.3, 0.7, size=(4, 1, 8, 8)).astype(np.float32)
    x0[..., :4] += np.array([0.02, 0.3, 0.05, 0.3], np.float32)[:, None, None, None]
    y = np.zeros(4, np.int64)

    def last(blocked):
        able = lambda rows: ~np.isin(rows, blocked)  # noqa: E731
        return square_search(
            lambda x, rows: bright(x, y[rows]), x0, y, np.arange(4), norm="linf", eps=0.05, bounds=(0.0, 1.0),
            steps=40, rng=np.random.default_rng(0), able=able,
        ).x[3]  # fmt: skip

    assert np.array_equal(last([]), last([0, 1, 2]))


def test_scores_that_never_move_are_no_success():
    x0 = np.full((2, 1, 6, 6), 0.5, np.float32)
    one_hot = lambda x, rows: np.tile(np.float32([1, 0]), (len(x), 1))  # noqa: E731
    found = square_search(
        one_hot, x0, np.zeros(2, np.int64), np.arange(2), norm="linf", eps=0.1, bounds=(0.0, 1.0), steps=10,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert not found.won.any()
