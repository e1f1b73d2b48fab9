import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.numerics.poison import dose_counts, poisoned, retraining_seeds

CLEAN = Data.of(np.zeros((5, 2), np.float32), np.zeros(5, np.int64))
CHANGES = {"index": np.array([3, 1]), "y": np.array([7, 8]), "x": np.ones((2, 2), np.float32)}


def test_a_dose_is_a_prefix_and_the_clean_set_stays_clean() -> None:
    x, y = poisoned(CLEAN, CHANGES, 1)
    assert y.tolist() == [0, 0, 0, 7, 0]
    assert x.sum(axis=1).tolist() == [0, 0, 0, 2, 0]
    assert poisoned(CLEAN, CHANGES, 9)[1].tolist() == [0, 8, 0, 7, 0]
    assert CLEAN.y.sum() == 0
    assert CLEAN.x.sum() == 0


def test_labels_alone_leave_the_inputs() -> None:
    x, _ = poisoned(CLEAN, {"index": np.array([0]), "y": np.array([1])}, 1)
    assert np.array_equal(x, CLEAN.x)


@pytest.mark.parametrize("index", [[5], [-1], [2, 2]])
def test_positions_outside_or_twice_are_refused(index: list[int]) -> None:
    with pytest.raises(ValueError, match="twice or outside the 5 writable"):
        poisoned(CLEAN, {"index": np.array(index), "y": np.zeros(len(index), np.int64)}, 9)


@pytest.mark.parametrize(
    ("shares", "records", "counts"),
    [
        ((0.5, 0.1), None, (10, 50)),
        ((0.1, 0.5), 20, (10, 20)),
        ((0.001,), None, (1,)),
        ((0.3, 0.5), 7, (7,)),
        ((0.5,), 0, ()),
    ],
)
def test_doses_respect_the_budget(shares: tuple[float, ...], records: int | None, counts: tuple[int, ...]) -> None:
    assert dose_counts(shares, 100, records) == counts


def test_retraining_seeds_differ_and_a_longer_list_starts_with_the_shorter() -> None:
    assert retraining_seeds(1, 10, "m")[:2] == retraining_seeds(1, 2, "m")
    every = {*retraining_seeds(1, 10, "m"), *retraining_seeds(2, 10, "m"), *retraining_seeds(1, 10, "n")}
    assert len(every) == 30
