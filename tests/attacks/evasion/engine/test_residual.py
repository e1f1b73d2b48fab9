"""The prediction of what a search would still find."""

from __future__ import annotations

import pytest

from bartizan.attacks.evasion.engine.residual import predicted_residual


def test_hits_that_halve_go_on_halving() -> None:
    """400 in the first half and 200 in the second leave 100 + 50 + … = 200."""
    assert predicted_residual([400, 200], [10, 10], 10_000) == pytest.approx(0.02, rel=0.02)


def test_a_run_is_cut_where_half_of_the_passes_are_spent() -> None:
    assert predicted_residual([300, 200], [10, 10], 1000) == predicted_residual([300, 100, 100], [10, 5, 5], 1000)


def test_without_hits_little_is_predicted_and_not_nothing() -> None:
    assert 0 < predicted_residual([0, 0, 0], [5, 5, 5], 1000) <= 0.001


def test_hits_that_grow_are_not_believed_to_grow_for_ever() -> None:
    assert predicted_residual([1, 50], [10, 10], 100) <= 1
    assert predicted_residual([], [], 100) == 0
