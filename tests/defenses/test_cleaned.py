"""Sanitising and relabelling: the same training on better data, again whenever the data change."""

import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.core.errors import DataError
from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.cleaned import CALLED
from bartizan.defenses.relabelling import Relabelling, RelabellingParams
from bartizan.defenses.sanitising import Sanitising, SanitisingParams, within_classes
from bartizan.testing import check_defense
from bartizan.testing.defenses import linear_on, small_images

pytest.importorskip("torch")
BOTH = [(Sanitising(), SanitisingParams(steps=200)), (Relabelling(), RelabellingParams(steps=200))]


@pytest.fixture(scope="module")
def flipped():
    """A tenth of 200 labels wrong, all in one direction."""
    data = small_images(200)
    rows = np.random.default_rng(3).permutation(np.flatnonzero(data.y == 0))[:20]
    y = data.y.copy()
    y[rows] = 1
    return data, Data.of(data.x, y), rows


@pytest.mark.parametrize(("defense", "params"), BOTH)
def test_contract(defense, params):
    check_defense(type(defense))


def test_sanitising_leaves_out_what_was_flipped(flipped):
    _, bad, rows = flipped
    called = Sanitising().fit(linear_on(bad), bad, params=SanitisingParams(left_out=0.1, steps=200), seed=0)[CALLED]
    assert (called == -1).sum() == 20
    assert (called[rows] == -1).mean() >= 0.8


def test_relabelling_puts_most_labels_right_and_spoils_few(flipped):
    data, bad, rows = flipped
    called = Relabelling().fit(linear_on(bad), bad, params=RelabellingParams(steps=200), seed=0)[CALLED]
    assert (called[rows] == 0).mean() >= 0.7
    assert (called != data.y).sum() <= 8


@pytest.mark.parametrize(("defense", "params"), BOTH)
def test_who_trains_again_on_poison_goes_over_it_again(defense, params, flipped):
    data, bad, _ = flipped
    treated = defense.apply(linear_on(data), data, params=params, seed=0)
    again = treated.retrain(bad.x, bad.y, seed=1)
    assert again.info.defences == (defense.spec.id,)
    assert (again.labels(data.x) == data.y).mean() >= (linear_on(bad).labels(data.x) == data.y).mean()
    assert again.info.digest != treated.info.digest


def test_no_class_loses_more_than_its_share():
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    ranked = np.array([3, 2, 1, 0, 4, 5, 6, 7])
    assert ranked[within_classes(y, ranked, 0.5)].tolist() == [3, 2, 4, 5]


@pytest.mark.parametrize(("defense", "params"), BOTH)
def test_data_that_no_pass_can_be_made_over_are_a_sentence(defense, params):
    data = small_images(60)
    rows = np.r_[np.flatnonzero(data.y == 0), np.flatnonzero(data.y == 1)[:3]]
    with pytest.raises(DataError, match="fewer than the 5 folds"):
        defense.apply(linear_on(data), data.take(rows), params=params, seed=0)


@pytest.mark.parametrize(("defense", "params"), BOTH)
def test_where_and_when_it_is_proposed(defense, params):
    with pytest.raises(NotApplicable, match="no retrain function"):
        defense.propose(Profile(model="m"), "standard")
    with pytest.raises(NotApplicable, match="standard"):
        defense.propose(Profile(model="m", retrainable=True), "quick")
    assert defense.propose(Profile(model="m", retrainable=True), "standard")["folds"] == 5
