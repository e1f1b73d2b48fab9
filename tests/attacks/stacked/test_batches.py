import numpy as np
import pytest

from bartizan.attacks.stacked.batches import batches, padded, steps_of
from bartizan.attacks.stacked.recipe import Recipe

RECIPE = Recipe(lambda: None, epochs=2, batch=4)  # type: ignore[arg-type,return-value]
INSIDE = np.random.default_rng(0).random(20) < 0.5


def test_every_epoch_goes_through_the_model_s_own_records_once() -> None:
    rows = list(batches(INSIDE, RECIPE, seed=0, model=0))
    assert len(rows) == steps_of(int(INSIDE.sum()), RECIPE)
    half = len(rows) // 2
    for epoch in (rows[:half], rows[half:]):
        assert sorted(np.concatenate(epoch).tolist()) == np.flatnonzero(INSIDE).tolist()
    assert np.concatenate(rows[:half]).tolist() != np.concatenate(rows[half:]).tolist()


@pytest.mark.parametrize(("records", "steps"), [(4, 2), (5, 2), (6, 4), (9, 4), (1, 2)])
def test_a_last_batch_of_one_record_is_left_out(records: int, steps: int) -> None:
    inside = np.arange(20) < records
    assert steps_of(records, RECIPE) == len(list(batches(inside, RECIPE, 0, 0))) == steps


def test_padding_weighs_nothing_and_each_batch_weighs_one() -> None:
    short, long = np.arange(20) < 3, np.arange(20) < 8
    rows, weights = padded([batches(m, RECIPE, 0, 0) for m in (short, long)], batch=4, steps=4)
    assert rows.shape == weights.shape == (4, 2, 4)
    assert weights.sum(axis=2) == pytest.approx(np.array([[1, 1], [1, 1], [0, 1], [0, 1]]))


def test_a_shared_order_is_the_same_for_all_models() -> None:
    from dataclasses import replace

    shared = replace(RECIPE, order="shared")
    one, two = (np.concatenate(list(batches(INSIDE, shared, 0, m))) for m in (0, 1))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, np.concatenate(list(batches(INSIDE, RECIPE, 0, 1))))
