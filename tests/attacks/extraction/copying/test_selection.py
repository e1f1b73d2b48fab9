"""What a selection chooses, on points laid out for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction.copying.selection import SELECTIONS, centres, entropy, medoids, select, sketch

HEAPS = np.concatenate([np.random.default_rng(0).normal(c, 0.1, (50, 3)) for c in (0, 5, 10, 15)]).astype(np.float32)
NONE = np.zeros(200, np.bool_)


def test_medoids_take_one_of_each_heap() -> None:
    rows = medoids(HEAPS, 4, np.random.default_rng(3))
    assert len(set(rows.tolist())) == 4
    many = [len({r // 50 for r in medoids(HEAPS, 8, np.random.default_rng(s)).tolist()}) for s in range(5)]
    assert min(many) >= 3


def test_centres_go_where_nobody_has_asked() -> None:
    asked = NONE.copy()
    asked[:100] = True
    rows = centres(HEAPS, asked, 2, np.random.default_rng(0))
    assert sorted(r // 50 for r in rows.tolist()) == [2, 3]


def test_uncertainty_asks_about_what_the_copy_is_unsure_of_and_others() -> None:
    p = np.tile([0.99, 0.01], (200, 1))
    p[60:70] = 0.5
    rows = select("uncertainty", HEAPS, NONE, 20, [p], 0)
    assert set(range(60, 70)) <= set(rows.tolist())
    assert entropy(p)[60] == pytest.approx(np.log(2))


@pytest.mark.parametrize("how", SELECTIONS)
def test_none_is_chosen_twice_or_again(how: Any) -> None:
    asked = NONE.copy()
    asked[::2] = True
    for n in (1, 30, 100, 500):
        rows = select(how, HEAPS, asked, n, [np.full((200, 2), 0.5)], 1)
        assert len(rows) == len(set(rows.tolist())) == min(n, 100)
        assert not asked[rows].any()


def test_a_sketch_keeps_distances_of_few_dimensions() -> None:
    x = np.random.default_rng(0).standard_normal((100, 1, 3, 3)).astype(np.float32)
    s = sketch(x, 0)
    assert np.linalg.norm(s[0] - s[1]) == pytest.approx(float(np.linalg.norm(x[0] - x[1])), rel=1e-4)
