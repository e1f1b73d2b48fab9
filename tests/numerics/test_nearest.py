from __future__ import annotations

import numpy as np
import pytest

from bartizan.numerics import nearest as module
from bartizan.numerics.nearest import nearest


@pytest.mark.parametrize("block", [7, 1 << 22])
def test_it_agrees_with_all_distances(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((20, 3)), rng.standard_normal((9, 3))
    every = np.linalg.norm(a[:, None] - b[None], axis=2)
    rows, distances = nearest(a, 4, b)
    assert (rows == np.argsort(every, axis=1)[:, :4]).all()
    assert distances == pytest.approx(np.sort(every, axis=1)[:, :4], abs=1e-5)


def test_a_record_is_not_its_own_neighbour_and_k_is_cut_to_what_there_is() -> None:
    rows, _ = nearest(np.array([[0.0], [1.0], [5.0]]), 9)
    assert rows.tolist() == [[1, 2], [0, 2], [1, 0]]
