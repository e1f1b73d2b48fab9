from __future__ import annotations

import numpy as np
import pytest

from bartizan.campaign.by_class import classes, operating_point
from bartizan.campaign.cases import Cases
from bartizan.numerics.intervals import clopper_pearson


def made(y: list[int], before: list[int], *answers: list[int]) -> Cases:
    said = np.array(answers)
    return Cases(np.asarray((said != y).any(axis=0)), np.array(y), np.array(before), said)


THREE = made([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 2, 2], [0, 2, 1, 0, 1, 2])


def test_every_class_with_its_accuracy_clean_and_attacked() -> None:
    found = classes(THREE, ())
    assert found is not None
    seen = [(c.label, c.clean.value, c.attacked.value, c.attacked.n) for c in found.each]
    assert seen == [(0, 2 / 3, 1 / 3, 3), (1, 1.0, 0.0, 2), (2, 1.0, 1.0, 1)]
    assert found.worst == 1


def test_the_classes_together_have_the_errors_of_the_rate() -> None:
    found = classes(THREE, ())
    assert found is not None
    wrong = sum(c.attacked.n - round((c.attacked.value or 0) * c.attacked.n) for c in found.each)
    assert wrong == THREE.harmed.sum()


def test_the_intervals_hold_for_all_classes_together() -> None:
    found = classes(THREE, ())
    assert found is not None
    first = found.each[0].attacked
    assert (first.low, first.high) == clopper_pearson(1, 3, 0.05 / 3)
    assert "0.05/3" in found.method
    assert "picked after looking" in found.method


def test_a_class_without_examples_is_said_and_is_not_the_worst() -> None:
    found = classes(THREE, ("a", "b", "c", "d"))
    assert found is not None
    last = found.each[3]
    assert (last.label, last.name, last.attacked.value, last.attacked.n) == (3, "d", None, 0)
    assert (last.attacked.low, last.attacked.high) == (0, 1)
    assert found.worst == 1
    assert "0.05/3" in found.method, "nothing is claimed of a class that was not seen"


def test_of_classes_equally_bad_the_first_is_named() -> None:
    found = classes(made([4, 7], [4, 7], [7, 4]), ())
    assert found is not None
    assert (found.worst, found.lowest.attacked.value) == (4, 0.0)


def test_without_answers_there_is_nothing_to_say() -> None:
    bare = Cases(np.array([True]), None, None, None)
    assert classes(bare, ()) is None
    assert operating_point(bare, (1,)) is None


def test_precision_and_recall_clean_and_attacked() -> None:
    found = operating_point(made([1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 1], [1, 0, 0, 1, 0, 1]), (1,))
    assert found is not None
    assert (found.precision.clean.value, found.precision.clean.n) == (2 / 3, 3)
    assert (found.precision.attacked.value, found.precision.attacked.n) == (1 / 3, 3)
    assert (found.recall.clean.value, found.recall.attacked.value, found.recall.attacked.n) == (2 / 3, 1 / 3, 3)
    assert (found.recall.attacked.low, found.recall.attacked.high) == clopper_pearson(1, 3)
    assert found.aimed


def test_nothing_called_positive_and_nothing_that_is_are_said_as_none_of_none() -> None:
    found = operating_point(made([1, 1, 0], [1, 1, 0], [0, 0, 0]), (1,))
    assert found is not None
    assert (found.precision.attacked.value, found.precision.attacked.n) == (None, 0)
    assert (found.recall.attacked.value, found.recall.attacked.n) == (0.0, 2)
    gone = operating_point(made([0, 0], [0, 0], [1, 0]), (1,))
    assert gone is not None
    assert (gone.recall.clean.value, gone.recall.attacked.value) == (None, None)
    assert (gone.precision.clean.value, gone.precision.attacked.value) == (None, 0.0)
    assert "NaN" not in gone.model_dump_json()


def test_each_example_counts_as_the_worst_that_any_attack_made_of_it() -> None:
    """A page is missed when one attack made it pass, and an alarm is false when one attack raised it."""
    found = operating_point(made([1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0]), (1,))
    assert found is not None
    assert (found.recall.attacked.value, found.precision.attacked.value) == (1 / 2, 1 / 2)


def test_two_positive_classes_are_taken_together() -> None:
    found = operating_point(made([1, 2, 0], [1, 2, 0], [2, 1, 0]), (1, 2))
    assert found is not None
    assert found.recall.attacked.value == 1.0, "a scam taken for another scam is still warned of"
    assert not found.aimed, "an attack that only sought another class has not tried to cross the line"


@pytest.mark.parametrize("positive", [(), (0, 1, 2)])
def test_no_point_where_nothing_is_positive_or_all_is(positive: tuple[int, ...]) -> None:
    assert operating_point(THREE, positive, count=3) is None
