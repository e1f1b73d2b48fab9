import numpy as np
import pytest

from bartizan.attacks.twins import (
    alike,
    answers_of,
    doses_of,
    doubts,
    goal_reached,
    mean_over_seeds,
    seed_ignored,
    smallest_dose,
    train_all,
)
from bartizan.core.artifact import Artifact
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.errors import ModelError
from bartizan.numerics.intervals import clopper_pearson, mean_interval
from bartizan.numerics.linear import LinearTarget
from bartizan.numerics.paired import paired_difference

DATA = Data.of(np.array([[0.0], [0.1], [0.9], [1.0]], np.float32), np.array([0, 0, 1, 1]))
ROLES = Roles(probe=DATA, writable=DATA)
MODEL = LinearTarget(np.array([[-9.0, 9.0]]), np.array([4.5, -4.5]))


def changes(index: list[int], doses: list[int]) -> Artifact:
    y = 1 - DATA.y[index]
    return Artifact("poisoned_set", {"index": np.array(index), "y": y, "doses": np.array(doses)})


def test_a_dose_the_artifact_cannot_fill_is_left_out() -> None:
    assert doses_of(changes([0, 1], [2, 1, 3])) == [1, 2]
    assert doses_of(changes([0], [5])) == [0]


def test_victims_are_trained_on_the_changed_records() -> None:
    clean, turned = (train_all(MODEL, ROLES, changes([0, 1, 2, 3], [4]), (1,), d)[0] for d in (0, 4))
    assert (clean.labels(DATA.x) == DATA.y).all()
    assert (turned.labels(DATA.x) == 1 - DATA.y).all()


def test_the_unit_of_success_is_a_seed() -> None:
    m = goal_reached(np.array([True, False, True]), 7)
    assert (m.value, m.n, m.at, (m.low, m.high)) == (pytest.approx(2 / 3), 3, {"records": 7}, clopper_pearson(2, 3))


def test_a_drop_is_the_mean_over_seeds_with_students_interval() -> None:
    twins, hits = np.ones((3, 50), bool), np.arange(50) < np.array([[30], [35], [40]])
    m = mean_over_seeds("accuracy_drop", twins, hits, 3, unit="probe")
    assert (m.value, m.n, m.unit, m.at) == (pytest.approx(0.3), 3, "retraining seed", {"records": 3})
    assert (m.low, m.high) == pytest.approx(mean_interval([0.4, 0.3, 0.2]))


def test_one_seed_leaves_everything_open() -> None:
    m = mean_over_seeds("accuracy_drop", np.ones((1, 50), bool), np.zeros((1, 50), bool), 3, unit="probe")
    assert (m.value, m.low, m.high, m.n) == (1, -1, 1, 1)


def test_where_the_seed_changes_nothing_only_the_probes_are_left_to_chance() -> None:
    twins, hits = np.ones((5, 50), bool), np.tile(np.arange(50) % 2 == 0, (5, 1))
    m = mean_over_seeds("accuracy_drop", twins, hits, 3, unit="probe", fixed=True)
    assert (m.value, m.n, m.unit) == (0.5, 50, "probe")
    assert (m.value, m.low, m.high) == paired_difference(twins[0], hits[0])


def test_the_smallest_sufficient_dose_is_named_a_seed() -> None:
    reached = {10: np.array([False, True, False]), 20: np.array([True, True, False])}
    a = smallest_dose(reached, 100)
    assert a["reached"].tolist() == [True, True, False]
    assert a["tries"].tolist() == [20, 10, 20]
    assert a["size"].tolist() == [0.2, 0.1, np.inf]


def test_alike_means_every_seed() -> None:
    assert alike(np.array([[1, 2], [1, 2]]))
    assert not alike(np.array([[1, 2], [1, 3]]))


def test_twins_that_agree_on_easy_data_are_several_trainings_where_the_poisoned_ones_differ() -> None:
    twins, poison = np.tile(DATA.y, (2, 1)), np.array([DATA.y, 1 - DATA.y])
    assert seed_ignored({0: twins, 1: twins})
    assert not seed_ignored({0: twins, 1: poison})
    assert not seed_ignored({0: twins}, {0: twins, 1: poison})


def test_doubts_are_named_and_a_change_seen_elsewhere_lifts_the_last() -> None:
    said = np.tile(1 - DATA.y, (2, 1))
    flags = [f.id for f in doubts(MODEL, ROLES, {0: said, 1: said})]
    assert flags == ["clean_twin_poor", "retraining_ignores_seed", "retraining_ignores_data"]
    elsewhere = {0: said, 1: 1 - said}
    assert "retraining_ignores_data" not in [f.id for f in doubts(MODEL, ROLES, {0: said, 1: said}, elsewhere)]


class Fragile(LinearTarget):
    """Its training raises where half of the labels are wrong, and what it gives answers NaN on an odd seed."""

    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        if (y != DATA.y).sum() == 2:
            raise ModelError("the training diverged")
        return Silent(self.W, self.b) if seed % 2 else super().retrain(x, y, seed=seed)


class Silent(LinearTarget):
    """Answers nothing."""

    def labels(self, x: Array) -> Labels:
        raise ModelError("it answers NaN")


FRAGILE = Fragile(MODEL.W, MODEL.b)


def test_a_training_that_poison_breaks_is_a_result() -> None:
    poison = changes([0, 1, 2, 3], [2, 4])
    answers = {d: answers_of(train_all(FRAGILE, ROLES, poison, (1, 2), d), DATA.x, clean=False) for d in (0, 2, 4)}
    assert answers[2].tolist() == [[-1] * 4] * 2
    assert answers[4].tolist() == [[-1] * 4, (1 - DATA.y).tolist()]
    (flag,) = [f for f in doubts(MODEL, ROLES, {0: answers[4][1:], 2: answers[2]}) if f.id == "retraining_diverged"]
    assert "2 of 2 with 2 poisoned records" in flag.detail


def test_a_training_that_breaks_without_poison_is_one_sentence() -> None:
    models = train_all(FRAGILE, ROLES, changes([0], [1]), (1,), 0)
    with pytest.raises(ModelError, match=r"clean data does not answer .*bartizan doctor"):
        answers_of(models, DATA.x, clean=True)
    half = Roles(DATA, writable=Data.of(DATA.x, np.array([1, 1, 1, 1])))
    with pytest.raises(ModelError, match="diverged"):
        train_all(FRAGILE, half, changes([0, 1], [1]), (1,), 0)
