"""Training on records that never look the same twice."""

import numpy as np
import pytest

from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.strong_augmentation import (
    StrongAugmentation,
    StrongAugmentationParams,
    cut_out,
    flipped,
    mixed,
    moved,
)
from bartizan.testing import check_defense

torch = pytest.importorskip("torch")
PARAMS = StrongAugmentationParams(epochs=20)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def pictures():
    return torch.rand((50, 2, 8, 6), generator=torch.Generator().manual_seed(0))


def test_contract(target, train):
    check_defense(StrongAugmentation, target, train)


def test_a_moved_picture_is_the_same_picture_elsewhere(pictures, rng):
    out = moved(pictures, 0.125, rng)
    inside = out[:, :, 1:-1, 1:-1]
    at = [pictures[:, :, 1 + i : 7 + i, 1 + j : 5 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    same = torch.stack([(inside == a).flatten(1).all(dim=1) for a in at])
    assert (same.sum(dim=0) == 1).all()
    assert (same.sum(dim=1) > 0).all()
    assert torch.equal(moved(pictures, 0.0, rng), pictures)


def test_a_square_is_put_out_and_nothing_else(pictures, rng):
    changed = (cut_out(pictures, 0.5, rng) != pictures).any(dim=1).flatten(1).sum(dim=1)
    assert changed.max() == 4 * 3
    assert changed.min() >= 1
    assert torch.equal(cut_out(pictures, 0.0, rng), pictures)


def test_a_flip_is_a_flip(pictures, rng):
    out = flipped(pictures, 0.5, rng)
    turned = (out == pictures.flip(3)).flatten(1).all(dim=1)
    kept = (out == pictures).flatten(1).all(dim=1)
    assert (turned ^ kept).all()
    assert turned.any()
    assert kept.any()


def test_labels_are_mixed_as_the_records_are(rng):
    x, y = torch.eye(4), torch.eye(4)
    out, called = mixed(x, y, StrongAugmentationParams(mixed=1.0), rng)
    assert torch.allclose(out, called)
    assert torch.allclose(called.sum(dim=1), torch.ones(4))
    assert not torch.equal(called, y)
    assert mixed(x, y, StrongAugmentationParams(mixed=0.0), rng)[0] is x


def test_what_it_trains_is_as_good_and_trained_anew_on_other_data(target, train, test):
    treated = StrongAugmentation().apply(target, train, params=PARAMS, seed=0)
    assert (treated.labels(test.x) == test.y).mean() > 0.75
    again = treated.retrain(train.x, 1 - train.y, seed=1)
    assert (again.labels(test.x) == test.y).mean() < 0.25


def test_rows_of_a_table_are_mixed_and_blurred_and_still_learnt(target, train, test, make_target):
    flat = make_target(shape=(16,))
    rows = [type(d)(d.x.reshape(len(d), 16), d.y, d.rows) for d in (train, test)]
    treated = StrongAugmentation().apply(flat, rows[0], params=PARAMS, seed=0)
    assert (treated.labels(rows[1].x) == rows[1].y).mean() > 0.85


def test_where_and_when_it_is_proposed():
    with pytest.raises(NotApplicable, match="gradients"):
        StrongAugmentation().propose(Profile(model="m"), "standard")
    with pytest.raises(NotApplicable, match="standard"):
        StrongAugmentation().propose(Profile(model="m", differentiable=True), "quick")
    assert StrongAugmentation().propose(Profile(model="m", differentiable=True), "deep")["epochs"] == 60
