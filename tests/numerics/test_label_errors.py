from __future__ import annotations

import numpy as np
import pytest

from bartizan.numerics.label_errors import (
    class_thresholds,
    confident_joint,
    estimated_errors,
    margin,
    neighbours_disagree,
    one_sided,
    relabelled,
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


def test_labels_that_go_one_way_are_told_from_classes_that_look_alike() -> None:
    alike, one_way = np.array([[80, 20], [20, 80]]), np.array([[80, 0], [20, 80]])
    assert (one_sided(alike) == 0).all()
    beyond = (20 - 2 * np.sqrt(20)) / 100
    assert one_sided(one_way)[1, 0] == pytest.approx(beyond)
    assert one_sided(one_way).sum() == pytest.approx(beyond)
    p, y = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([1, 0])
    assert relabelled(p, y, one_way)[0] > 3 > relabelled(p, y, one_way)[1]
    assert (relabelled(p, y, alike) == 0).all()


def test_where_many_classes_lean_one_way_a_lean_is_no_relabelling() -> None:
    lean = np.triu(np.full((6, 6), 8), 1) + np.eye(6, dtype=int) * 80
    assert (one_sided(lean) == 0).all()
    lean[5, 0] = 200
    assert np.flatnonzero(one_sided(lean)).tolist() == [30]


def test_neighbours_of_another_label_speak_against_a_record() -> None:
    near = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 1]])
    against = neighbours_disagree(near, np.array([0, 0, 0]), 2)
    assert against[1] > against[2] > 0 > against[0]
