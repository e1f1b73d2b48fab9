from __future__ import annotations

import numpy as np
import pytest

from bartizan.numerics.label_errors import (
    class_thresholds,
    confident_joint,
    estimated_errors,
    levelled,
    margin,
    neighbours_disagree,
)

P = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.2, 0.8], [0.45, 0.55]])
Y = np.array([0, 0, 0, 1, 1, 1])


def test_thresholds_are_the_mean_own_probability_and_the_joint_counts_who_reaches_one() -> None:
    assert class_thresholds(P, Y) == pytest.approx([0.6, 2.05 / 3])
    assert confident_joint(P, Y).tolist() == [[2, 1], [0, 2]]
    assert estimated_errors(P, Y) == 1


def test_the_margin_is_high_where_another_class_is_likelier() -> None:
    assert margin(P, Y).argmax() == 2
    assert margin(P, Y)[0] == pytest.approx(np.log(0.1 / 0.9))
    assert np.isfinite(margin(np.array([[1.0, 0.0]]), np.array([1]))).all()


def test_a_class_that_all_are_unsure_of_is_not_suspect_for_it() -> None:
    y = np.repeat([0, 1], 50)
    margins = np.where(y == 0, -6.0, -1.0)
    assert (levelled(margins, y, 2)[y == 1] - levelled(margins, y, 2)[y == 0]).max() < 5.0


def test_neighbours_of_another_label_speak_against_a_record() -> None:
    near = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 1]])
    against = neighbours_disagree(near, np.array([0, 0, 0]), 2)
    assert against[1] > against[2] > 0 > against[0]
