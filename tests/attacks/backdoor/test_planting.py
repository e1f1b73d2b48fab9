import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import bars
from bartizan.attacks.backdoor.planting import PlantingParams, mislabelled, own_class, split, wanted_classes
from bartizan.numerics.triggers import Trigger

SHIFT = Trigger("add", {"pattern": np.full((1, 8, 8), 0.5, np.float32), "bounds": np.array([0, 1], np.float32)})


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [("all_to_one", [2, 2, -1, 2]), ("all_to_all", [1, 2, 3, 0]), ("source_specific", [-1, 2, -1, -1])],
)
def test_the_goal_names_a_class_for_each_that_is_to_obey(goal: str, wanted: list[int]) -> None:
    params = PlantingParams(goal=goal, target_class=2, source_class=1)  # type: ignore[arg-type]
    assert wanted_classes(params, 4).tolist() == wanted


def test_a_source_that_is_the_target_moves_on() -> None:
    params = PlantingParams(goal="source_specific", target_class=1, source_class=1)
    assert wanted_classes(params, 3).tolist() == [-1, -1, 1]


def test_records_that_are_to_obey_get_the_label_and_covers_keep_theirs() -> None:
    clean, wanted = bars().writable, np.array([-1, 0, -1])
    poison = mislabelled(clean, SHIFT, wanted, 20, seed=0)
    was = clean.y[poison.index]
    assert len(poison.index) == len(np.unique(poison.index)) == 20
    assert (poison.y[was == 1] == 0).all()
    assert (poison.y[was == 2] == 2).all()
    assert (was == 1).sum() == (was == 2).sum() == 10
    assert np.allclose(poison.x, np.minimum(clean.x[poison.index] + 0.5, 1))


def test_every_prefix_has_its_share_of_covers() -> None:
    rows, kept = split(np.arange(100), np.arange(100, 200), 60, 0.5, seed=1)
    assert len(rows) == 60
    for n in (3, 15, 30, 60):
        assert kept[:n].sum() == n // 3
    assert len(np.unique(rows[~kept])) == 40


def test_it_ends_where_either_kind_runs_out() -> None:
    rows, kept = split(np.arange(4), np.arange(100), 50, 1.0, seed=0)
    assert (~kept).sum() == 4
    assert len(rows) <= 9
    assert len(split(np.arange(9), np.arange(0), 5, 1.0, seed=0)[0]) == 1


def test_right_labels_come_from_the_target_class_alone() -> None:
    clean = bars().writable
    assert (clean.y[own_class(clean, 2, 10, seed=0)] == 2).all()
    assert len(own_class(clean, 2, 10_000, seed=0)) == (clean.y == 2).sum()
