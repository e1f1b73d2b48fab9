from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.attacks.evasion.squares import margin_of_logits, margin_of_scores, share_of_pixels, square_search
from bartizan.numerics.projections import size_of
from bartizan.numerics.seeds import streams


def test_margin_of_a_softmax_is_the_margin_of_its_logits():
    z = np.random.default_rng(0).normal(size=(20, 5))
    y = np.arange(20) % 5
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    rest = np.where(np.arange(5) == y[:, None], -np.inf, z)
    assert margin_of_scores(p, y) == pytest.approx(z[np.arange(20), y] - rest.max(1), abs=1e-6)
    assert margin_of_logits(z, y) == pytest.approx(z[np.arange(20), y] - rest.max(1))
    assert np.isfinite(margin_of_scores(np.eye(5, dtype=np.float32)[y], y)).all()


def test_the_schedule_is_that_of_the_paper():
    assert [share_of_pixels(t, 10_000) for t in (0, 11, 51, 201, 9000)] == [0.8, 0.4, 0.2, 0.1, 0.8 / 2**9]


def bright(x):
    """Margin of two classes by mean brightness of the left half against the right."""
    return 20 * (x[..., : x.shape[-1] // 2].mean((1, 2, 3)) - x[..., x.shape[-1] // 2 :].mean((1, 2, 3)))


def search(margins, x0, seed=0, **kwargs):
    rngs = streams(seed, "test", x0)
    return square_search(margins, x0, np.arange(len(x0)), bounds=(0.0, 1.0), rngs=rngs, **kwargs)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), norm=st.sampled_from(["linf", "l2"]), side=st.sampled_from([4, 7, 12]))
def test_every_question_lies_in_ball_and_box(seed, norm, side):
    x0 = np.random.default_rng(seed).choice([0.0, 0.3, 1.0], size=(3, 2, side, side)).astype(np.float32)
    eps = 0.1 if norm == "linf" else 0.8

    def margins(x, rows):
        assert x.dtype == np.float32
        assert x.min() >= 0
        assert x.max() <= 1
        assert (size_of(x.astype(np.float64) - x0[rows], norm) <= eps * (1 + 1e-6)).all()
        return bright(x)

    search(margins, x0, seed, norm=norm, eps=eps, steps=15)


@pytest.mark.parametrize("channels", [1, 3])
def test_no_query_is_spent_on_a_square_that_changes_nothing(channels):
    """Also where the box holds half of the changes back."""
    x0 = np.random.default_rng(0).choice([0.0, 0.5, 1.0], size=(5, channels, 8, 8)).astype(np.float32)
    best, least = x0.copy(), np.full(5, np.inf)

    def margins(x, rows):
        assert (x != best[rows]).any(axis=(1, 2, 3)).all()
        got = 1 + x.mean((1, 2, 3))
        better = got <= least[rows]
        best[rows[better]], least[rows[better]] = x[better], got[better]
        return got

    search(margins, x0, norm="linf", eps=0.1, steps=60)


@pytest.mark.parametrize(("norm", "eps"), [("linf", 0.08), ("l2", 2.0)])
def test_breaks_what_can_be_broken(norm, eps):
    x0 = np.random.default_rng(1).uniform(0.49, 0.51, (6, 1, 10, 10)).astype(np.float32)
    x0[..., :5] += 0.1
    found = search(lambda x, rows: bright(x), x0, norm=norm, eps=eps, steps=400)
    assert found.won.all()
    assert (bright(found.x) < 0).all()


def test_goes_on_from_where_it_is_told():
    x0 = np.full((2, 1, 6, 6), 0.5, np.float32)
    start = x0 + np.float32(0.05)
    asked = []
    search(
        lambda x, rows: asked.append(x.copy()) or np.ones(len(x)), x0, norm="linf", eps=0.1, steps=1,
        start=(start, np.ones(2)),
    )  # fmt: skip
    assert ((asked[0] == start).any(axis=(1, 2, 3)) & (asked[0] != start).any(axis=(1, 2, 3))).all()


def test_an_example_fares_the_same_alone_and_whoever_else_is_done():
    rng = np.random.default_rng(3)
    x0 = rng.uniform(0.3, 0.7, size=(4, 1, 8, 8)).astype(np.float32)
    x0[..., :4] += np.array([0.02, 0.3, 0.05, 0.3], np.float32)[:, None, None, None]

    def last(x, blocked=()):
        able = lambda rows: ~np.isin(rows, blocked)  # noqa: E731
        return search(lambda x, rows: bright(x), x, norm="linf", eps=0.05, steps=40, able=able).x[-1]

    assert np.array_equal(last(x0), last(x0, [0, 1, 2]))
    assert np.array_equal(last(x0), last(x0[3:]))


def test_scores_that_never_move_are_no_success():
    x0 = np.full((2, 1, 6, 6), 0.5, np.float32)
    found = search(lambda x, rows: np.ones(len(x)), x0, norm="linf", eps=0.1, steps=10)
    assert not found.moved.any()
    assert not found.won.any()
