import numpy as np

from bartizan.numerics.classwise import by_class, precision_recall

Y = np.array([0, 0, 0, 1, 1, 3])


def test_each_class_is_counted_by_itself_and_all_of_them_make_the_whole() -> None:
    right = np.array([True, True, False, True, False, False])
    found = by_class(right, Y)
    assert found == {0: (2, 3), 1: (1, 2), 3: (0, 1)}
    assert tuple(map(sum, zip(*found.values(), strict=True))) == (int(right.sum()), len(Y))


def test_a_class_without_examples_is_counted_as_none_of_none() -> None:
    assert by_class(Y == 0, Y, classes=range(5)) == {0: (3, 3), 1: (0, 2), 2: (0, 0), 3: (0, 1), 4: (0, 0)}


def test_precision_and_recall_are_hits_of_what_was_called_and_of_what_is() -> None:
    said = np.array([0, 1, 1, 1, 0, 1])
    assert precision_recall(Y == 1, said == 1) == ((1, 4), (1, 2))


def test_where_nothing_is_called_or_nothing_is_the_count_is_none_of_none() -> None:
    nothing = np.zeros(6, np.bool_)
    assert precision_recall(Y == 1, nothing) == ((0, 0), (0, 2))
    assert precision_recall(nothing, Y == 1) == ((0, 2), (0, 0))
